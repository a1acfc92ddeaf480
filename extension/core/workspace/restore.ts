import { rmdirSync, unlinkSync } from 'node:fs';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { BottleError } from '../errors.ts';
import { readChanges } from './changeSet.ts';
import { Folder, hasCode, inFolder, splitPath } from './folder.ts';
import { inMadeFolder } from './made.ts';
import { bottleRoot, type Review } from './review.ts';
import { readVersion } from './version.ts';
import { transfer } from './write.ts';

/** Both trees of an ended bottle: nothing is mounted, so its side may be edited in place. */
interface Sides {
  readonly bottle: Folder;
  readonly host: Folder;
}

/** Makes the bottle's side of these changes equal to the host's. Throws `refused` for half of a deleted folder. */
export async function restoreEnded(review: Review, changes: readonly ChangedFile[]): Promise<void> {
  const sides: Sides = { bottle: Folder.open(bottleRoot(review.workspace)), host: Folder.open(review.workspace.lower) };
  try {
    const uncovered = review.workspace.mode === 'overlay' ? await uncover(review, sides, changes) : new Set<string>();
    const rest = changes.filter((change) => !uncovered.has(change.path));
    for (const { path } of rest.toReversed()) remove(sides, path);
    for (const { path } of rest) putBack(sides, path);
  } finally {
    sides.bottle.close();
    sides.host.close();
  }
}

/** Takes away marks that delete whole folders, which only works for all files of the folder at once. */
async function uncover(review: Review, sides: Sides, changes: readonly ChangedFile[]): Promise<Set<string>> {
  const covers = new Map<string, string[]>();
  for (const { path, status } of changes) {
    const cover = status === 'deleted' ? coverOf(sides.bottle, path) : undefined;
    if (cover !== undefined) covers.set(cover, [...(covers.get(cover) ?? []), path]);
  }
  if (covers.size === 0) return new Set();
  const { files } = await readChanges(review);
  for (const [cover, paths] of covers) {
    const all = files.filter((file) => file.path === cover || file.path.startsWith(`${cover}/`)).map((file) => file.path);
    if (all.length !== paths.length) {
      throw new BottleError('refused', `The folder ${JSON.stringify(cover)} was deleted as a whole.`, { hint: 'Discard all of its files together.' });
    }
  }
  for (const cover of covers.keys()) {
    const { folders, name } = splitPath(cover);
    inFolder(sides.bottle, folders, (folder) => unlinkSync(folder.at(name)));
  }
  return new Set([...covers.values()].flat());
}

/** The path at or above this one that a 0:0 device deletes. */
function coverOf(bottle: Folder, path: string): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const name = parts[length - 1] ?? '';
    const stat = inFolder(bottle, parts.slice(0, length - 1), (folder) => folder.stat(name));
    if (stat?.isCharacterDevice() === true && stat.rdev === 0) return parts.slice(0, length).join('/');
  }
  return undefined;
}

function remove(sides: Sides, path: string): void {
  const { folders, name } = splitPath(path);
  inFolder(sides.bottle, folders, (folder) => {
    const stat = folder.stat(name);
    if (stat === undefined) return;
    if (!stat.isDirectory()) unlinkSync(folder.at(name));
    else removeFolder(folder, name, path);
  });
  removeEmptied(sides, folders);
}

function removeFolder(folder: Folder, name: string, path: string): void {
  try {
    rmdirSync(folder.at(name));
  } catch (cause) {
    throw new BottleError('refused', `${JSON.stringify(path)} is a folder in the bottle; discard what is in it first.`, { cause });
  }
}

/** Folders that only the bottle had go with their last file. */
function removeEmptied(sides: Sides, folders: readonly string[]): void {
  const name = folders.at(-1);
  if (name === undefined || inFolder(sides.host, folders, () => true) === true) return;
  const above = folders.slice(0, -1);
  try {
    inFolder(sides.bottle, above, (folder) => rmdirSync(folder.at(name)));
  } catch (thrown) {
    if (hasCode(thrown, 'ENOTEMPTY') || hasCode(thrown, 'EEXIST') || hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR')) return;
    throw thrown;
  }
  removeEmptied(sides, above);
}

function putBack(sides: Sides, path: string): void {
  const { folders, name } = splitPath(path);
  inFolder(sides.host, folders, (from) => {
    const version = readVersion(from, name);
    if (version.kind !== 'file' && version.kind !== 'link') return;
    const { kind, sha256 } = version;
    const reason = inMadeFolder(sides.bottle, folders, (to) => transfer({ from, to, name, sha256, kind, judged: to.stat(name) }));
    if (reason !== null) throw new BottleError('conflict', `${JSON.stringify(path)} was not discarded: ${reason}`);
  });
}
