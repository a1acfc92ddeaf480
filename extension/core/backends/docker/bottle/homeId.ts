import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  const file = join(stateRoot, fileName);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(16).toString('hex'), { flag: 'wx', mode: 0o600, flush: true });
  try {
    // A link is made whole or not at all; of two starts at once both take what the first one wrote.
    await link(draft, file).catch((thrown: unknown) => {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return idOf(stateRoot, await readFile(file, 'utf8'));
}

/** The same for a state folder that may never have held a bottle of this backend: undefined then, and nothing is created. */
export async function knownHomeId(stateRoot: string): Promise<string | undefined> {
  const secret = await readFile(join(stateRoot, fileName), 'utf8').catch((thrown: unknown) => {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  });
  return secret === undefined ? undefined : idOf(stateRoot, secret);
}

async function idOf(stateRoot: string, secret: string): Promise<string> {
  return createHash('sha256').update(`${secret}\n${await realpath(stateRoot)}`).digest('hex').slice(0, 16);
}
