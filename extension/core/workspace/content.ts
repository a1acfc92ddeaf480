import { readlinkSync } from 'node:fs';
import type { ChangeSide } from '../bottle/bottles.ts';
import { BottleError } from '../errors.ts';
import { readBase } from './baseContent.ts';
import { loadBaseline } from './baselineFile.ts';
import { Folder, splitPath, whileInFolder } from './folder.ts';
import { hostSide } from './judge.ts';
import { startReading } from './reading.ts';
import { bottleRoot, type Review } from './review.ts';
import { isExecutable, largestFile, readSmallFile, type Version } from './version.ts';
import { isWhiteout } from './whiteout.ts';

/** One version of a changed path, with what a patch says about it beside its bytes: a link's are its target. */
export type ChangeEntry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly executable: boolean }
  | { readonly kind: 'link'; readonly bytes: Uint8Array }
  /** It was there, but nobody kept its content before the host moved on. */
  | { readonly kind: 'lost' };

type ReadReview = Pick<Review, 'workspace' | 'scratchDir'>;

/** Time for reading one file of the host, in ms. */
const patience = 60_000;

/**
 * One version of a changed path: a file's bytes, a link's target. undefined when that side has none, or when nobody
 * kept the base before the host moved on. Throws `refused` for what may not be read.
 */
export async function readChangeSide(review: ReadReview, path: string, side: ChangeSide): Promise<Uint8Array | undefined> {
  const entry = await readChangeEntry(review, path, side);
  return 'bytes' in entry ? entry.bytes : undefined;
}

/** As `readChangeSide`, with what kind of thing it is. */
export async function readChangeEntry(review: ReadReview, path: string, side: ChangeSide): Promise<ChangeEntry> {
  const { folders, name } = pathParts(path);
  const root = Folder.open(side === 'bottle' ? bottleRoot(review.workspace) : review.workspace.lower);
  try {
    if (side !== 'base') return (await whileInFolder(root, folders, async (folder) => readEntry(folder, name, path))) ?? { kind: 'absent' };
    const baseline = await loadBaseline(review.scratchDir);
    const hostRoot = review.workspace.lower;
    const reading = startReading(AbortSignal.timeout(patience));
    const found = await whileInFolder(root, folders, async (folder) => {
      const host = await hostSide({ path, name, host: folder, hostRoot }, baseline, reading);
      return host.moved ? keptEntry(review.scratchDir, host.base) : readEntry(folder, name, path);
    });
    return found ?? keptEntry(review.scratchDir, (await hostSide({ path, name, host: null, hostRoot }, baseline, reading)).base);
  } finally {
    root.close();
  }
}

function keptEntry(scratchDir: string, base: Version | null): ChangeEntry {
  if (base?.kind === 'absent' || base?.kind === 'folder') return { kind: base.kind };
  const bytes = base?.kind === 'file' || base?.kind === 'link' ? readBase(scratchDir, base.sha256) : undefined;
  if (bytes === undefined) return { kind: 'lost' };
  return base?.kind === 'file' ? { kind: 'file', bytes, executable: base.executable } : { kind: 'link', bytes };
}

/** The parts of a path somebody asked for. Throws `refused` when it is none inside a workspace. */
export function pathParts(path: string): ReturnType<typeof splitPath> {
  try {
    return splitPath(path);
  } catch (cause) {
    throw new BottleError('refused', `${JSON.stringify(path)} is not a path inside the workspace.`, { cause });
  }
}

function readEntry(folder: Folder, name: string, path: string): ChangeEntry {
  const stat = folder.stat(name);
  if (stat === undefined || isWhiteout(stat)) return { kind: 'absent' };
  if (stat.isDirectory()) return { kind: 'folder' };
  if (stat.isSymbolicLink()) return { kind: 'link', bytes: readlinkSync(folder.at(name), { encoding: 'buffer' }) };
  const bytes = stat.isFile() ? readSmallFile(folder, name, largestFile) : undefined;
  if (bytes === undefined) throw new BottleError('refused', `${JSON.stringify(path)} is no regular file of at most 256 MiB.`);
  return { kind: 'file', bytes, executable: isExecutable(stat) };
}
