import { join } from 'node:path';

/** `$BOT_BOTTLE_HOME`, else `.bot-bottle` in the user's home: the trusted side of the border. */
export function manifestHome(env: Readonly<Record<string, string | undefined>>, userHome: string): string {
  const set = env['BOT_BOTTLE_HOME'];
  return set === undefined || set === '' ? join(userHome, '.bot-bottle') : set;
}

/** Folders that hold manifests. A workspace ships agents only: bottles say what is trusted and stay at home. */
export interface ManifestFolders {
  readonly bottles: string;
  readonly agents: string;
  readonly workspaceAgents: string | undefined;
  /** Where a workspace might try to ship bottles; never read. */
  readonly workspaceBottles: string | undefined;
}

/** The folders of one home and workspace; none needs to exist. */
export function manifestFolders(home: string, workspace: string | undefined): ManifestFolders {
  const own = workspace === undefined ? undefined : join(workspace, '.bot-bottle');
  return {
    bottles: join(home, 'bottles'),
    agents: join(home, 'agents'),
    workspaceAgents: own === undefined ? undefined : join(own, 'agents'),
    workspaceBottles: own === undefined ? undefined : join(own, 'bottles'),
  };
}
