import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { Owner, PreparedWorkspace } from '../backends/backend.ts';
import { BottleError, hasCode, toBottleError } from '../errors.ts';
import type { Progress } from '../ports.ts';
import { saveBaseline } from './baselineFile.ts';
import { fileSystemTime } from './clock.ts';
import { copyTree } from './copy.ts';
import type { LeftOut } from './leftOut.ts';
import { workspaceIn } from './review.ts';

/** What a bottle's workspace is made from. `scratchDir` exists. */
export interface PrepareRequest {
  readonly mode: WorkspaceMode;
  readonly host: string;
  readonly scratchDir: string;
  readonly owner: Owner;
  readonly hidden: readonly string[];
  /** What of the folder does not come into a copy; without it everything does. */
  readonly leftOut?: LeftOut;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * Makes the empty layers of an overlay, or the copy, owned by the agent, and starts the record of what the host held.
 * On failure or abort nothing is left. Throws `workspace-invalid` or `cancelled`.
 */
export async function prepareWorkspace(request: PrepareRequest): Promise<PreparedWorkspace> {
  const workspace = workspaceIn(request.scratchDir, request.mode, request.host);
  const owner = process.getuid?.() === 0 ? request.owner : null;
  try {
    const takenAt = await fileSystemTime(request.scratchDir);
    if (workspace.mode === 'overlay') {
      makeLayers(workspace, owner);
      await saveBaseline(request.scratchDir, { takenAt, unlisted: new Map([['', { ino: statSync(workspace.lower).ino, whole: true }]]), copiedAt: null, entries: new Map(), revision: 0 });
    } else {
      const { hidden, leftOut = () => false, signal, progress } = request;
      const entries = await copyTree({ from: workspace.lower, to: workspace.dir, owner, hidden: new Set(hidden), leftOut, signal, progress });
      const copiedAt = await fileSystemTime(request.scratchDir);
      await saveBaseline(request.scratchDir, { takenAt, unlisted: new Map(), copiedAt, entries, revision: 0 });
    }
    request.signal.throwIfAborted();
    return workspace;
  } catch (thrown) {
    await Promise.all(foldersOf(workspace).map((folder) => rm(folder, { recursive: true, force: true })));
    if (request.signal.aborted) throw new BottleError('cancelled', 'Preparing the workspace was cancelled.', { cause: thrown });
    if (hasCode(thrown, 'ENOSPC')) {
      throw new BottleError('workspace-invalid', `There is no room for a copy of ${request.host} under ${request.scratchDir}.`, { cause: thrown });
    }
    throw toBottleError(thrown, 'workspace-invalid');
  }
}

function makeLayers(workspace: Extract<PreparedWorkspace, { mode: 'overlay' }>, owner: Owner | null): void {
  for (const folder of [workspace.upper, workspace.work]) mkdirSync(folder, { mode: 0o700 });
  // The merged root shows the mode of the upper one.
  chmodSync(workspace.upper, (statSync(workspace.lower).mode & 0o777) | 0o700);
  if (owner !== null) for (const folder of [workspace.upper, workspace.work]) chownSync(folder, owner.uid, owner.gid);
}

function foldersOf(workspace: PreparedWorkspace): readonly string[] {
  return workspace.mode === 'overlay' ? [workspace.upper, workspace.work] : [workspace.dir];
}
