import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { BottleError } from '../errors.ts';

/** The real folder a bottle may work on: a directory, not the whole machine, and neither around nor inside our own, where policy lives. */
export async function workspaceFolder(given: string, home: string): Promise<string> {
  let folder: string;
  try {
    folder = await realpath(given);
  } catch (cause) {
    throw new BottleError('workspace-invalid', `There is no folder ${given}.`, { cause });
  }
  if (!(await stat(folder)).isDirectory()) throw new BottleError('workspace-invalid', `${folder} is not a folder.`);
  if (folder === sep) throw new BottleError('workspace-invalid', 'The root of the file system cannot be a workspace.', { hint: 'Open a project folder.' });
  const own = await realpath(home).catch(() => home);
  if (`${own}${sep}`.startsWith(`${folder}${sep}`)) {
    throw new BottleError('workspace-invalid', `${folder} contains Bot Bottle's own folder ${own}.`, { hint: 'Open a project folder, or set BOT_BOTTLE_HOME elsewhere.' });
  }
  if (`${folder}${sep}`.startsWith(`${own}${sep}`)) {
    throw new BottleError('workspace-invalid', `${folder} belongs to Bot Bottle's own folder ${own}, which says what bottles may do.`, { hint: 'Edit it yourself; no agent works on it.' });
  }
  return folder;
}
