import { mkdir, readFile, readdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BottleMetadata, metadataSchema } from '../../../schemas/protocol/bottle.ts';
import { BottleError, hasCode } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import { removeTree } from '../files/removeTree.ts';

/** A slug is also a folder name, a container name and part of a socket path. */
const slugPattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Where everything about bottles of one home is kept: `$BOT_BOTTLE_HOME/state`. */
export function stateRoot(home: string): string {
  return join(home, 'state');
}

/** The folder of one bottle. Throws `usage` for anything that is not a slug, so that no path can be smuggled in. */
export function stateFolder(home: string, slug: string): string {
  if (!slugPattern.test(slug)) throw new BottleError('usage', `"${slug}" is not the slug of a bottle.`, { hint: 'bot-bottle list active shows them.' });
  return join(stateRoot(home), slug);
}

/** Creates the 0700 folder of a new bottle; throws `busy` when it exists. */
export async function createStateFolder(home: string, slug: string): Promise<string> {
  const folder = stateFolder(home, slug);
  await mkdir(stateRoot(home), { recursive: true, mode: 0o700 });
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) throw new BottleError('busy', `A bottle with the slug "${slug}" already exists.`, { hint: 'Choose another label.', cause });
    throw cause;
  }
  await mkdir(join(folder, 'egress'), { mode: 0o700 });
  return folder;
}

/** Every slug that has a state folder, sorted. Names that are no slugs are not ours and are left out. */
export async function listSlugs(home: string): Promise<string[]> {
  try {
    const entries = await readdir(stateRoot(home), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && slugPattern.test(entry.name)).map((entry) => entry.name).sort();
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return [];
    throw cause;
  }
}

/** The bottle's metadata; undefined when there is none or it does not parse (a start that was cut). */
export async function readMetadata(home: string, slug: string): Promise<BottleMetadata | undefined> {
  let text: string;
  try {
    text = await readFile(join(stateFolder(home, slug), 'metadata.json'), 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
  const parsed = metadataSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

export async function writeMetadata(home: string, metadata: BottleMetadata): Promise<void> {
  await writeAtomic(join(stateFolder(home, metadata.slug), 'metadata.json'), `${JSON.stringify(metadata, null, 2)}\n`);
}

/** Removes the bottle's folder and its scratch, and a scratch parent that holds nothing any more. */
export async function removeState(home: string, slug: string, scratch: string | undefined): Promise<void> {
  const folder = stateFolder(home, slug);
  if (scratch !== undefined) {
    await removeTree(scratch);
    // Another bottle of this home may live beside it, then the parent stays.
    if (dirname(scratch) !== folder) await rmdir(dirname(scratch)).catch(() => undefined);
  }
  await removeTree(folder);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
