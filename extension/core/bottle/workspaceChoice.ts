import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import type { Backend, Owner } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';
import { leavesOut } from '../workspace/leftOut.ts';

/** How the project comes into the bottle, and why so, in a sentence for the person. */
export interface WorkspaceChoice {
  readonly mode: WorkspaceMode;
  readonly reason: string;
}

const copies = {
  copy: 'Copied, because the bottle says so.',
  git: 'A copy of what git tracks, because the bottle says so.',
} as const;

/** What the bottle asks for, or else what the backend finds best. Throws `backend-cannot` when it cannot be had. */
export async function chooseWorkspace(backend: Backend, folder: string, owner: Owner, asked: Workspace, signal: AbortSignal): Promise<WorkspaceChoice> {
  if (asked.mode === 'copy' || asked.mode === 'git') return { mode: 'copy', reason: copies[asked.mode] };
  if (asked.mode === 'overlay' && leavesOut(asked)) {
    throw new BottleError('backend-cannot', 'The bottle asks for an overlay of the workspace and leaves parts of it out; an overlay shows the whole folder.', {
      hint: 'Take workspace.mode out of the bottle, or include, exclude and git_ignored.',
    });
  }
  if (leavesOut(asked)) return { mode: 'copy', reason: 'Copied, because the bottle leaves parts of the folder out.' };
  const found = await backend.workspaceMode(folder, owner, signal);
  if (asked.mode === 'overlay' && found.mode !== 'overlay') {
    throw new BottleError('backend-cannot', `The bottle asks for an overlay of the workspace, which cannot be had. ${found.reason}`, {
      hint: 'Take workspace.mode out of the bottle, or choose another backend.',
    });
  }
  return found;
}
