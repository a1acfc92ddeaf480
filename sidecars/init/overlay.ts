import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';

/**
 * Mounts the workspace overlay; a copy is bound in place already. The upper layer must be a full description of the
 * changes on its own, so nothing that would store references to the lower one (metacopy, index) is on. `userxattr` is
 * what lets an ordinary user mount it, and rules out redirects.
 */
export async function mountWorkspace(workspace: InitConfig['workspace']): Promise<void> {
  if (workspace.mode === 'copy') return;
  const options = `lowerdir=${workspace.lower},upperdir=${workspace.upper},workdir=${workspace.work},userxattr,metacopy=off,index=off,xino=off`;
  await promisify(execFile)('mount', ['-t', 'overlay', 'overlay', '-o', options, outerPaths.workspace]);
}
