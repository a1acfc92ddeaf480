import { realpath } from 'node:fs/promises';
import { BottleError } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import { readManifest } from '../manifests/folder.ts';
import { createManifest, manifestPath } from '../templates/create.ts';
import { reachOfText } from './recommendations.ts';

/** A bottle as a person reviewed it. */
export interface Adoption {
  readonly name: string;
  /** The text to keep, perhaps edited in the review. */
  readonly text: string;
  /** Text of the home folder's bottle that it was compared with; null when there was none. */
  readonly seen: string | null;
}

/**
 * Puts a reviewed bottle into the home folder. Refuses a text with a mistake, and with `conflict` when the home
 * folder's bottle is another than the one the person saw. Returns its path.
 */
export async function adoptBottle(home: string, { name, text, seen }: Adoption): Promise<string> {
  const path = manifestPath(home, 'bottles', name);
  await reachOfText(home, name, text);
  const present = await readManifest(path, home);
  const moved = new BottleError('conflict', `The bottle "${name}" in your home folder is not the one this was compared with.`, { hint: 'Compare them again.' });
  if ((present?.text ?? null) !== seen) throw moved;
  if (seen === null) {
    if (!(await createManifest(path, text))) throw moved;
  } else {
    // Somebody who keeps manifests elsewhere and links to them keeps the link.
    await writeAtomic(await realpath(path), text);
  }
  return path;
}
