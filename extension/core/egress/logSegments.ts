import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { segmentBases, segmentName } from '../../../schemas/protocol/logSegments.ts';

/** A file of the egress log; `base` is the offset of its first byte in the whole log. */
export interface Segment {
  readonly base: number;
  readonly path: string;
}

/** The files of a log that are there, oldest first. A log in one piece counts as its first segment. */
export async function segmentsOf(log: string): Promise<readonly Segment[]> {
  const folder = dirname(log);
  const names = await readdir(folder).catch((): string[] => []);
  const bases = segmentBases(basename(log), names);
  if (bases.length > 0) return bases.map((base) => ({ base, path: join(folder, segmentName(basename(log), base)) }));
  return names.includes(basename(log)) ? [{ base: 0, path: log }] : [];
}

/** Offset at which the log ends at the moment; 0 when there is none. */
export async function logEnd(log: string): Promise<number> {
  const newest = (await segmentsOf(log)).at(-1);
  if (newest === undefined) return 0;
  return newest.base + (await stat(newest.path).then(({ size }) => size, () => 0));
}
