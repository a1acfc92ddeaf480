import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { longestLine, segmentBases, segmentName } from '../../../schemas/protocol/logSegments.ts';

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

/** Offset of a line that begins about `bytes` before the end; 0 when the log is no longer than that. */
export async function tailOffset(log: string, bytes: number): Promise<number> {
  const from = (await logEnd(log)) - bytes;
  const segment = (await segmentsOf(log)).findLast(({ base }) => base <= from);
  if (from <= 0 || segment === undefined) return 0;
  if (from === segment.base) return from;
  const file = await open(segment.path, 'r');
  try {
    // One byte earlier: a line that begins just there is a whole one.
    const at = from - segment.base - 1;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestLine), 0, longestLine, at);
    return segment.base + at + buffer.subarray(0, bytesRead).indexOf(10) + 1;
  } finally {
    await file.close();
  }
}
