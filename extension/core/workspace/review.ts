import { join } from 'node:path';
import type { WorkspaceMode } from '../../../schemas/protocol/bottle.ts';
import type { PreparedWorkspace, RunningBottle } from '../backends/backend.ts';

/** Everything a look at one bottle's changes needs to know. */
export interface Review {
  readonly slug: string;
  readonly workspace: PreparedWorkspace;
  /** Holds `baseline.json` and the bottle's side of the workspace. */
  readonly scratchDir: string;
  /** Workspace-relative files the bottle never saw; never listed, never applied. */
  readonly hidden: readonly string[];
  /** Names in folders of the merged view; null when nobody can tell, then marks in the upper folder are read. */
  readonly mergedNames: RunningBottle['mergedNames'] | null;
  readonly signal: AbortSignal;
}

/** Where a workspace's folders lie in a scratch folder: the same for who prepares and who reviews. */
export function workspaceIn(scratchDir: string, mode: WorkspaceMode, host: string): PreparedWorkspace {
  return mode === 'overlay'
    ? { mode, lower: host, upper: join(scratchDir, 'upper'), work: join(scratchDir, 'work') }
    : { mode, lower: host, dir: join(scratchDir, 'workspace') };
}

/** Folder that holds the bottle's side. */
export function bottleRoot(workspace: PreparedWorkspace): string {
  return workspace.mode === 'overlay' ? workspace.upper : workspace.dir;
}

