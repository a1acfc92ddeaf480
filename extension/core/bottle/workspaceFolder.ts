import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { BottleError } from '../errors.ts';

/** The real folder a bottle may work on: a directory, not the whole machine, and not one that holds our own state. */
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
    throw new BottleError('workspace-invalid', `${folder} contains Bot Bottle's own folder ${own}.`, { hint: 'Open a project folder inside it, or set BOT_BOTTLE_HOME elsewhere.' });
  }
  return folder;
}
