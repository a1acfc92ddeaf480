import { createHash } from 'node:crypto';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { BottleError } from '../errors.ts';
import { entryOf, type BaselineEntry } from './baselineFile.ts';
import { type Folder, inFolder, splitPath, whileInFolder } from './folder.ts';
import { foldersAbove } from './foldersAbove.ts';
import { depthFault } from './depth.ts';
import { closedFault, nameFault } from './judge.ts';
import type { Reading } from './reading.ts';
import { absent, largestFile, readSmallFile, readVersion, type Version } from './version.ts';
import { isWhiteout } from './whiteout.ts';

/** One discarded path and what the bottle gets back there. */
export interface Return {
  readonly change: ChangedFile;
  readonly version: Version;
  /** What the bottle starts from at this path once it is back; undefined for nothing. */
  readonly base: BaselineEntry | undefined;
  /** A file or link of the host that cannot be copied: too large, unreadable. */
  readonly stuck: boolean;
}

/** The roots of both trees. */
interface Sides {
  readonly bottle: Folder;
  readonly host: Folder;
}

/** Reads what the host has at the path of a change. */
export async function hostVersion(host: Folder, change: ChangedFile, reading: Pick<Reading, 'did'>): Promise<Return> {
  const { folders, name } = splitPath(change.path);
  const read = await whileInFolder(host, folders, async (folder) => {
    const stat = folder.stat(name);
    const version = await readVersion(reading, folder, name, stat);
    const movable = stat !== undefined && (stat.isFile() || stat.isSymbolicLink());
    const sha256 = version.kind === 'file' || version.kind === 'link' ? version.sha256 : null;
    return { change, version, base: movable ? entryOf(stat, sha256) : undefined, stuck: movable && sha256 === null };
  });
  return read ?? { change, version: absent, base: undefined, stuck: false };
}

/** The bytes of a file that `hostVersion` saw; undefined when it is another by now. */
export function hostBytes(host: Folder, path: string, sha256: string): Buffer | undefined {
  const { folders, name } = splitPath(path);
  const bytes = inFolder(host, folders, (folder) => readSmallFile(folder, name, largestFile));
  return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined;
}

/** A folder that the host has too and that the agent only locked: what is in it shows once it can be entered. */
export const isLocked = ({ change, version }: Return): boolean => change.refused === closedFault && version.kind === 'folder';

/** Whether the bottle has to get a copy of the host's version to be as the host is. */
export function isContent(version: Version): version is Extract<Version, { readonly kind: 'file' | 'link' }> {
  return version.kind === 'file' || version.kind === 'link';
}

/**
 * What is to be brought back for these changes, folders before what is in them. Throws `refused` before anything was
 * done when one of them could not be: half of a discard would read as deletions that the agent made.
 */
export async function returnsFor({ bottle, host }: Sides, asked: readonly ChangedFile[], reading: Pick<Reading, 'did'>): Promise<readonly Return[]> {
  const deleted = new Set(asked.filter((change) => change.status === 'deleted').map((change) => change.path));
  const named = new Set(asked.map((change) => change.path));
  const returns: Return[] = [];
  for (const change of asked.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (change.refused === nameFault) {
      // Its name is for reading only; it goes with the folder that a file of the host takes the place of.
      if (foldersAbove(change.path).some((folder) => deleted.has(folder))) continue;
      throw new BottleError('refused', `${change.path} ${nameFault}`, { hint: 'Remove it inside the bottle, or discard the bottle.' });
    }
    // A folder in a file's place that may not be entered is listed twice.
    if (returns.at(-1)?.change.path === change.path) continue;
    const found = await hostVersion(host, change, reading);
    if (found.version.kind === 'folder' && (change.status === 'deleted' || change.refused === depthFault)) {
      throw new BottleError('refused', `${JSON.stringify(change.path)} ${change.refused ?? 'is a folder on the host by now.'}`, { hint: 'Look at it inside the bottle, or discard the bottle.' });
    }
    const obstacle = found.base === undefined ? undefined : foldersAbove(change.path).find((path) => !named.has(path) && isInTheWay(bottle, path));
    if (obstacle !== undefined) {
      throw new BottleError('refused', `${JSON.stringify(change.path)} cannot come back while the bottle has something else than a folder at ${JSON.stringify(obstacle)}.`, { hint: `Discard ${JSON.stringify(obstacle)} too, or the whole bottle.` });
    }
    returns.push(found);
  }
  return returns;
}

/** Whether the bottle has anything but a folder there, or the mark that deletes one. */
function isInTheWay(bottle: Folder, path: string): boolean {
  const { folders, name } = splitPath(path);
  const stat = inFolder(bottle, folders, (folder) => folder.stat(name));
  return stat !== undefined && !stat.isDirectory() && !isWhiteout(stat);
}

/** The sentence for a `stuck` version. */
export function stuckError(path: string): BottleError {
  return new BottleError('refused', `The host's ${JSON.stringify(path)} cannot be copied back into the bottle: it is larger than 256 MiB or may not be read.`, {
    hint: 'Nothing was discarded. Leave this path out to discard the others.',
  });
}
