import { fsyncSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { ApplyRequest, ApplyResult } from '../bottle/bottles.ts';
import { hasCode, toBottleError } from '../errors.ts';
import { changeBaseline, entryOf, type Baseline } from './baselineFile.ts';
import { readChanges } from './changeSet.ts';
import { Folder, inFolder, splitPath, whileInFolder } from './folder.ts';
import { hostSide } from './judge.ts';
import { linkFault } from './link.ts';
import { inMadeFolder } from './made.ts';
import { type Reading, startReading, steps } from './reading.ts';
import { bottleRoot, type Review } from './review.ts';
import { selectChanges } from './select.ts';
import { shownVersion } from './shownHash.ts';
import { sameEntry, transfer } from './write.ts';

/** Both trees and the record, open for the time of one apply. */
interface Sides {
  readonly bottle: Folder;
  readonly host: Folder;
  readonly hostPath: string;
  readonly baseline: Baseline;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

/**
 * Takes changes to the host workspace, file by file: no link is followed, nothing is written that differs from what was
 * listed, no edit of the host is overwritten, and a crash leaves each file old or new. What was taken is the new base.
 */
export async function applyChanges(review: Review, request: ApplyRequest): Promise<ApplyResult> {
  const { files } = await readChanges(review, { paths: request.paths });
  const { chosen, left } = selectChanges(files, request);
  const applied: string[] = [];
  const failed: { path: string; reason: string }[] = [];
  await changeBaseline(review.scratchDir, review.signal, async (baseline) => {
    const bottle = Folder.open(bottleRoot(review.workspace));
    const host = Folder.open(review.workspace.lower);
    const sides: Sides = { bottle, host, hostPath: review.workspace.lower, baseline, reading: startReading(review.signal), signal: review.signal };
    try {
      for (const change of chosen) {
        await sides.reading.did(steps.transfer);
        const reason = await applyOne(sides, change);
        if (reason === null) applied.push(change.path);
        else failed.push({ path: change.path, reason });
      }
    } finally {
      settleFolders(host, applied);
      bottle.close();
      host.close();
    }
  });
  return { applied, left: [...left, ...failed] };
}

/** Makes the renames themselves last: each folder once. */
function settleFolders(host: Folder, applied: readonly string[]): void {
  const folders = new Set(applied.map((path) => splitPath(path).folders.join('/')));
  for (const folder of folders) inFolder(host, folder === '' ? [] : folder.split('/'), (open) => fsyncSync(open.descriptor));
}

async function applyOne(sides: Sides, change: ChangedFile): Promise<string | null> {
  try {
    return change.status === 'deleted' ? await applyDeletion(sides, change.path) : await applyContent(sides, change);
  } catch (thrown) {
    sides.signal.throwIfAborted();
    return `It could not be written: ${toBottleError(thrown).message}`;
  }
}

async function applyDeletion(sides: Sides, path: string): Promise<string | null> {
  const { folders, name } = splitPath(path);
  const reason = await whileInFolder(sides.host, folders, async (folder) => {
    const judged = folder.stat(name);
    const side = await hostSide({ path, name, host: folder, hostRoot: sides.hostPath }, sides.baseline, sides.reading);
    // Others had their turn while it was read.
    if (side.moved || !sameEntry(judged, folder.stat(name))) return hostMoved;
    if (side.now.kind === 'absent') return null;
    if (side.now.kind !== 'file' && side.now.kind !== 'link') return 'The host has no file there any more.';
    unlinkSync(folder.at(name));
    return null;
  });
  if (reason === undefined) return 'Its folder on the host is gone, or is a link.';
  if (reason !== null) return reason;
  sides.baseline.entries.delete(path);
  removeEmptied(sides, folders);
  return null;
}

/** Folders that the bottle no longer has go with their last file. */
function removeEmptied(sides: Sides, folders: readonly string[]): void {
  const name = folders.at(-1);
  if (name === undefined || inFolder(sides.bottle, folders, () => true) === true) return;
  const above = folders.slice(0, -1);
  try {
    inFolder(sides.host, above, (folder) => rmdirSync(folder.at(name)));
  } catch (thrown) {
    if (hasCode(thrown, 'ENOTEMPTY') || hasCode(thrown, 'EEXIST') || hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR')) return;
    throw thrown;
  }
  removeEmptied(sides, above);
}

async function applyContent(sides: Sides, { path, hash }: ChangedFile): Promise<string | null> {
  const { folders, name } = splitPath(path);
  if (hash === null) return 'It cannot be read.';
  const reason = await whileInFolder(sides.bottle, folders, (from) => inMadeFolder(sides.host, folders, (to) => put(sides, { path, name, hash, from, to })));
  return reason === undefined ? 'The agent changed it again since it was looked at.' : reason;
}

async function put(sides: Sides, file: { readonly path: string; readonly name: string; readonly hash: string; readonly from: Folder; readonly to: Folder }): Promise<string | null> {
  const { path, name, hash, from, to } = file;
  const { kind, sha256, executable } = shownVersion(hash);
  const stat = from.stat(name);
  // A link where a file was judged, or the other way round, is another change even with the same bytes.
  if (stat === undefined || !(kind === 'link' ? stat.isSymbolicLink() : stat.isFile())) return 'The agent changed it again since it was looked at.';
  const judged = to.stat(name);
  if ((await hostSide({ path, name, host: to, hostRoot: sides.hostPath }, sides.baseline, sides.reading)).moved) return hostMoved;
  // The listing judged the link already; the host's own links may have moved since.
  const fault = kind === 'link' ? linkFault(sides.hostPath, path, readlinkSync(from.at(name))) : null;
  if (fault !== null) return `It ${fault}`;
  const reason = await transfer({ reading: sides.reading, from, to, name, sha256, executable, kind, judged });
  if (reason !== null) return reason;
  const written = to.stat(name);
  if (written !== undefined) sides.baseline.entries.set(path, entryOf(written, sha256));
  return null;
}

const hostMoved = 'The host changed it too since the bottle started; both versions are kept.';
