import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import type { Backend, Owner } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';
import { leavesOut, submodulesOf } from '../workspace/leftOut.ts';

/** How the project comes into the bottle, and why so, in a sentence for the person. */
export interface WorkspaceChoice {
  readonly mode: WorkspaceMode;
  readonly reason: string;
  /** What of git the agent will miss, one sentence each. */
  readonly notes: readonly string[];
}

const copies = {
  copy: 'Copied, because the bottle says so.',
  git: 'A copy of what git tracks, because the bottle says so.',
} as const;

const elsewhere = 'its .git is no folder, as in a linked worktree or a submodule, and the repository it points to lies outside of the workspace';

/** What the bottle asks for, or else what the backend finds best. Throws `backend-cannot` or `workspace-invalid` when it cannot be had. */
export async function chooseWorkspace(backend: Backend, folder: string, owner: Owner, asked: Workspace, signal: AbortSignal): Promise<WorkspaceChoice> {
  const notes = await gitNotes(folder, asked, signal);
  return { ...(await chooseMode(backend, folder, owner, asked, signal)), notes };
}

async function gitNotes(folder: string, { mode }: Workspace, signal: AbortSignal): Promise<readonly string[]> {
  const git = await lstat(join(folder, '.git')).catch(() => undefined);
  const pointsAway = git !== undefined && !git.isDirectory();
  if (mode !== 'git') return pointsAway ? [`Git will not work in the bottle: ${elsewhere}.`] : [];
  if (pointsAway) {
    throw new BottleError('workspace-invalid', `The bottle takes a workspace from git with its repository, which ${folder} does not hold: ${elsewhere}.`, {
      hint: 'Start it in the main working tree, or choose workspace.mode copy in the bottle.',
    });
  }
  const submodules = await submodulesOf(folder, signal);
  return [
    ...(git === undefined ? ['The repository stays out of the bottle: the workspace is only a folder of it.'] : []),
    ...(submodules.length === 0 ? [] : [`Submodules stay out of the bottle, their folders are empty there: ${submodules.join(', ')}.`]),
  ];
}

async function chooseMode(backend: Backend, folder: string, owner: Owner, asked: Workspace, signal: AbortSignal): Promise<Pick<WorkspaceChoice, 'mode' | 'reason'>> {
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
