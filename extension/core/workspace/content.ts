import { readlinkSync } from 'node:fs';
import type { ChangeSide } from '../bottle/bottles.ts';
import { BottleError } from '../errors.ts';
import { readBase } from './baseContent.ts';
import { loadBaseline } from './baselineFile.ts';
import { Folder, splitPath, whileInFolder } from './folder.ts';
import { hostSide } from './judge.ts';
import { startReading } from './reading.ts';
import { bottleRoot, type Review } from './review.ts';
import { largestFile, readSmallFile } from './version.ts';

/** Time for reading one file of the host, in ms. */
const patience = 60_000;

/**
 * One version of a changed path: a file's bytes, a link's target. undefined when that side has none, or when nobody
 * kept the base before the host moved on. Throws `refused` for what may not be read.
 */
export async function readChangeSide(review: Pick<Review, 'workspace' | 'scratchDir'>, path: string, side: ChangeSide): Promise<Uint8Array | undefined> {
  const { folders, name } = pathParts(path);
  const root = Folder.open(side === 'bottle' ? bottleRoot(review.workspace) : review.workspace.lower);
  try {
    if (side !== 'base') return await whileInFolder(root, folders, async (folder) => readEntry(folder, name, path));
    const baseline = await loadBaseline(review.scratchDir);
    const reading = startReading(AbortSignal.timeout(patience));
    const known = await whileInFolder(root, folders, async (folder) => {
      const host = await hostSide({ path, name, host: folder }, baseline, reading);
      return { host, now: host.moved ? undefined : readEntry(folder, name, path) };
    });
    if (known !== undefined && !known.host.moved) return known.now;
    const sha256 = baseline.entries.get(path)?.sha256 ?? null;
    return sha256 === null ? undefined : readBase(review.scratchDir, sha256);
  } finally {
    root.close();
  }
}

/** The parts of a path somebody asked for. Throws `refused` when it is none inside a workspace. */
export function pathParts(path: string): ReturnType<typeof splitPath> {
  try {
    return splitPath(path);
  } catch (cause) {
    throw new BottleError('refused', `${JSON.stringify(path)} is not a path inside the workspace.`, { cause });
  }
}

function readEntry(folder: Folder, name: string, path: string): Uint8Array | undefined {
  const stat = folder.stat(name);
  if (stat === undefined || stat.isDirectory() || (stat.isCharacterDevice() && stat.rdev === 0)) return undefined;
  if (stat.isSymbolicLink()) return readlinkSync(folder.at(name), { encoding: 'buffer' });
  const content = stat.isFile() ? readSmallFile(folder, name, largestFile) : undefined;
  if (content === undefined) throw new BottleError('refused', `${JSON.stringify(path)} is no regular file of at most 256 MiB.`);
  return content;
}
