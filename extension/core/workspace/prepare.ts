import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { Owner, PreparedWorkspace } from '../backends/backend.ts';
import type { Progress } from '../ports.ts';
import { workspaceIn } from './review.ts';

/** What a bottle's workspace is made from. */
export interface PrepareRequest {
  readonly mode: WorkspaceMode;
  readonly host: string;
  readonly scratchDir: string;
  readonly owner: Owner;
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Makes the folders, or the copy. */
export async function prepareWorkspace(request: PrepareRequest): Promise<PreparedWorkspace> {
  return workspaceIn(request.scratchDir, request.mode, request.host);
}
