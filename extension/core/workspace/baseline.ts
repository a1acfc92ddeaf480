import type { PreparedWorkspace } from '../backends/backend.ts';

/** Notes, beside a start, what the host folder holds. */
export async function recordBaseline(request: {
  readonly workspace: PreparedWorkspace;
  readonly scratchDir: string;
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
}): Promise<void> {
  request.signal.throwIfAborted();
}
