import { readFile, writeFile } from 'node:fs/promises';
import { changeSetSchema, type ChangeSet } from '../../schemas/protocol/changeSet.ts';
import { BottleError } from '../core/errors.ts';

/** Keeps what was shown of a bottle, for an apply that takes just that. */
export async function saveListing(path: string, { slug, files }: ChangeSet): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify({ slug, files })}\n`);
  } catch (cause) {
    throw new BottleError('usage', `What was shown cannot be saved as ${path}.`, { cause });
  }
}

/** Hash by path of what a listing showed; what could not be taken then is not there. Throws `usage` for anything else. */
export async function readListing(path: string, slug: string): Promise<ReadonlyMap<string, string | null>> {
  const listing = await readChangeSet(path);
  if (listing.slug !== slug) throw new BottleError('usage', `${path} shows the changes of "${listing.slug}", not of "${slug}".`);
  return new Map(listing.files.filter(({ refused }) => refused === undefined).map((file) => [file.path, file.hash]));
}

async function readChangeSet(path: string): Promise<ChangeSet> {
  try {
    return changeSetSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new BottleError('usage', `${path} is no listing of changes.`, { hint: 'bot-bottle changes SLUG --save FILE writes one; the output of changes --json is one too.', cause });
  }
}
