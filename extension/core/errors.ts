/** Every way a bottle can fail, as the user would name it. The editor and the CLI each map a code in one table. */
export type BottleErrorCode =
  | 'usage'
  | 'manifest-invalid'
  | 'manifest-missing'
  | 'routes-invalid'
  | 'backend-unavailable'
  | 'backend-cannot'
  | 'backend-failed'
  | 'image-failed'
  | 'credential-missing'
  | 'tool-missing'
  | 'workspace-untrusted'
  | 'workspace-invalid'
  | 'refused'
  | 'cancelled'
  | 'conflict'
  | 'not-found'
  | 'busy'
  | 'internal';

/** A button or command that may cure the error. `command` is a VS Code command id or a `bot-bottle` invocation. */
export interface BottleErrorAction {
  readonly title: string;
  readonly command: string;
  /** Arguments of the command, never a secret. */
  readonly args?: readonly string[];
}

export interface BottleErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly actions?: readonly BottleErrorAction[];
  readonly cause?: unknown;
}

/** The one error type of the core. The message is one sentence that says what went wrong, without a secret in it. */
export class BottleError extends Error {
  override readonly name = 'BottleError';
  readonly hint: string;
  readonly actions: readonly BottleErrorAction[];

  constructor(
    readonly code: BottleErrorCode,
    message: string,
    options: BottleErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint ?? '';
    this.actions = options.actions ?? [];
  }
}

/** Turns anything thrown into a BottleError; keeps one that already is. */
export function toBottleError(thrown: unknown, code: BottleErrorCode = 'internal'): BottleError {
  if (thrown instanceof BottleError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BottleError(code, message, { cause: thrown });
}

/** Whether an error carries this code of the system, as `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
