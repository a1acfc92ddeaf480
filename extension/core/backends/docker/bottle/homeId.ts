import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readlink, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../errors.ts';

const fileName = '.home-id';

/**
 * Tells the bottles of one state folder apart from all others at an engine, which may serve several people, dev containers
 * and machines whose homes have the same path. 16 hex digits, one-way: labels are world-readable, paths are nobody's
 * business. Made of a random number kept in the folder and the folder's place, so that a copy of a home is another home.
 * Creates what is missing.
 */
export async function homeId(stateRoot: string): Promise<string> {
  const known = await knownHomeId(stateRoot);
  if (known !== undefined) return known;
  await mkdir(stateRoot, { recursive: true, mode: 0o700 });
  // A link is made whole or not at all, and by one of several starts. It leads nowhere: its target is the number.
  await symlink(randomBytes(16).toString('hex'), join(stateRoot, fileName)).catch((thrown: unknown) => {
    if (!hasCode(thrown, 'EEXIST')) throw thrown;
  });
  return idOf(stateRoot, await readlink(join(stateRoot, fileName)));
}

/** The same for a state folder that may never have held a bottle of this backend: undefined then, and nothing is created. */
export async function knownHomeId(stateRoot: string): Promise<string | undefined> {
  const number = await readlink(join(stateRoot, fileName)).catch((thrown: unknown) => {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  });
  return number === undefined ? undefined : idOf(stateRoot, number);
}

async function idOf(stateRoot: string, number: string): Promise<string> {
  return createHash('sha256').update(`${number}\n${await realpath(stateRoot)}`).digest('hex').slice(0, 16);
}
