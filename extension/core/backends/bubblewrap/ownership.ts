import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../backend.ts';

/** Gives a folder of ours and the folders directly in it to the owner. */
export async function chownTree(folder: string, owner: Owner): Promise<void> {
  for (const name of await readdir(folder)) await chown(join(folder, name), owner.uid, owner.gid);
  await chown(folder, owner.uid, owner.gid);
}
