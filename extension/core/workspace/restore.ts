import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { BottleError, hasCode } from '../errors.ts';
import { removeTree } from '../files/removeTree.ts';
import { changeBaseline, loadBaseline } from './baselineFile.ts';
import { Folder, inFolder, splitPath, whileInFolder } from './folder.ts';
import { foldersAbove } from './foldersAbove.ts';
import { isContent, isLocked, returnsFor, stuckError, type Return } from './hostVersion.ts';
import { inMadeFolder } from './made.ts';
import { type Reading, startReading } from './reading.ts';
import { bottleRoot, type Review } from './review.ts';
import { walkRules } from './rules.ts';
import type { WalkRules } from './walk.ts';
import { isWhiteout } from './whiteout.ts';
import { transfer } from './write.ts';

/** Both trees of an ended bottle: nothing is mounted, so its side may be edited in place. */
interface Sides {
  readonly bottle: Folder;
  readonly host: Folder;
  /** Path of the bottle's side. Nobody lives there any more who could put a link in the way. */
  readonly root: string;
  readonly reading: Reading;
}

/**
 * Makes the bottle's side of these changes equal to the host's, which they start from afterwards. Throws `refused`
 * before anything was done. Path by path: whatever ends it half way, each is as it was or as the host has it, so that
 * nothing is listed as deleted that the agent did not delete.
 */
export async function restoreEnded(review: Review, asked: readonly ChangedFile[], files: readonly ChangedFile[]): Promise<void> {
  const reading = startReading(review.signal);
  const rules = await walkRules(review, await loadBaseline(review.scratchDir), reading);
  const root = bottleRoot(review.workspace);
  const sides: Sides = { bottle: Folder.open(root), host: Folder.open(review.workspace.lower), root, reading };
  try {
    const returns = (await returnsFor(sides, asked, reading)).map((one) => ({ ...one, copied: needsCopy(sides.bottle, rules, one.change.path) }));
    const stuck = returns.find((one) => one.stuck && one.copied);
    if (stuck !== undefined) throw stuckError(stuck.change.path);
    const covers = review.workspace.mode === 'overlay' ? coversOf(sides.bottle, asked, files) : [];
    await changeBaseline(review.scratchDir, review.signal, async ({ entries }) => {
      for (const cover of covers) takeMarkAway(sides.bottle, cover);
      for (const one of returns) {
        if (one.copied && isContent(one.version)) await putBack(sides, one);
        else if (isLocked(one)) chmodSync(join(root, one.change.path), 0o755);
        else await remove(sides, one.change.path);
        if (one.base === undefined) entries.delete(one.change.path);
        else entries.set(one.change.path, one.base);
      }
    });
  } finally {
    sides.bottle.close();
    sides.host.close();
  }
}

/** Whether the host's version would still be missing from the list of what the bottle sees without an entry of its own. */
function needsCopy(bottle: Folder, rules: WalkRules, path: string): boolean {
  const parts = path.split('/');
  const depth = parts.findIndex((name, index) => {
    const stat = inFolder(bottle, parts.slice(0, index), (folder) => folder.stat(name));
    return index === parts.length - 1 || stat?.isDirectory() !== true;
  });
  const around = parts.slice(0, depth);
  const seen = rules.seen(around.join('/'));
  if (seen !== undefined) return !seen.has(parts[depth] ?? '');
  return ['', ...foldersAbove(path).slice(0, depth)].some((folder) => rules.replaces(folder));
}

/** The marks that delete whole folders or files. Throws `refused` for half of what a mark covers. */
function coversOf(bottle: Folder, asked: readonly ChangedFile[], files: readonly ChangedFile[]): readonly string[] {
  const named = new Set(asked.map((change) => change.path));
  const covers = new Set<string>();
  for (const { path, status } of asked) {
    const cover = status === 'deleted' ? coverOf(bottle, path) : undefined;
    if (cover !== undefined) covers.add(cover);
  }
  for (const cover of covers) {
    if (files.every(({ path }) => named.has(path) || !(path === cover || path.startsWith(`${cover}/`)))) continue;
    throw new BottleError('refused', `The folder ${JSON.stringify(cover)} was deleted as a whole.`, { hint: 'Discard all of its files together.' });
  }
  return [...covers];
}

/** The path at or above this one that a 0:0 device deletes. */
function coverOf(bottle: Folder, path: string): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const name = parts[length - 1] ?? '';
    const stat = inFolder(bottle, parts.slice(0, length - 1), (folder) => folder.stat(name));
    if (stat !== undefined && isWhiteout(stat)) return parts.slice(0, length).join('/');
  }
  return undefined;
}

function takeMarkAway(bottle: Folder, cover: string): void {
  const { folders, name } = splitPath(cover);
  inFolder(bottle, folders, (folder) => unlinkSync(folder.at(name)));
}

/** A folder goes with everything in it, listed or not. */
async function remove(sides: Sides, path: string): Promise<void> {
  const { folders, name } = splitPath(path);
  await whileInFolder(sides.bottle, folders, async (folder) => {
    const stat = folder.stat(name);
    if (stat === undefined) return;
    if (stat.isDirectory()) await removeTree(join(sides.root, path));
    else unlinkSync(folder.at(name));
  });
  removeEmptied(sides, folders);
}

/** Folders that only the bottle had go with their last file. One in the place of a host's file is a deletion of its own. */
function removeEmptied(sides: Sides, folders: readonly string[]): void {
  const name = folders.at(-1);
  const above = folders.slice(0, -1);
  if (name === undefined || inFolder(sides.host, above, (folder) => folder.stat(name)) !== undefined) return;
  try {
    inFolder(sides.bottle, above, (folder) => rmdirSync(folder.at(name)));
  } catch (thrown) {
    if (hasCode(thrown, 'ENOTEMPTY') || hasCode(thrown, 'EEXIST') || hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR')) return;
    throw thrown;
  }
  removeEmptied(sides, above);
}

async function putBack({ bottle, host, root, reading }: Sides, { change, version }: Return): Promise<void> {
  if (!isContent(version)) return;
  const { folders, name } = splitPath(change.path);
  const { kind, sha256 } = version;
  const reason = await whileInFolder(host, folders, (from) =>
    inMadeFolder(bottle, folders, (to) => inPlaceOf(to, name, join(root, ...folders), () => transfer({ reading, from, to, name, sha256, executable: version.kind === 'file' && version.executable, kind, judged: to.stat(name), fresh: true }))),
  );
  if (reason !== null) throw new BottleError('conflict', `${JSON.stringify(change.path)} was not discarded: the host's version changed meanwhile.`, { hint: 'Look at the changes again.' });
}

/** Makes room for a file where a folder is, which comes back when the file does not. */
async function inPlaceOf(folder: Folder, name: string, at: string, put: () => Promise<string | null>): Promise<string | null> {
  if (folder.stat(name)?.isDirectory() !== true) return put();
  const aside = `.bot-bottle-${randomBytes(8).toString('hex')}`;
  renameSync(folder.at(name), folder.at(aside));
  let reason: string | null = 'It could not be written.';
  try {
    reason = await put();
    return reason;
  } finally {
    if (reason === null) await removeTree(join(at, aside));
    else renameSync(folder.at(aside), folder.at(name));
  }
}
