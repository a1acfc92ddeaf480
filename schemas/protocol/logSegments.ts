/**
 * The egress log is one stream of lines in a row of files. A segment's name tells the byte offset of the stream at which
 * it begins: `log.0.jsonl`, `log.16777190.jsonl`; `log.jsonl` is a symbolic link to the newest. Segments are never
 * renamed and only appended to, so an offset means the same place to every reader, and a reader that lists the folder
 * sees where each one ends. Only the oldest ever go.
 */

/** A segment that reached this many bytes is followed by another. About 40,000 requests. */
export const segmentBytes = 16 * 1024 * 1024;

/** Segments that are kept, the newest included. */
export const keptSegments = 8;

/** Longest line, in bytes, line end included. Text fields are cut far below it. */
export const longestLine = 32 * 1024;

/** Name of the segment of `log` (a file name ending in `.jsonl`) that begins at `base`. */
export function segmentName(log: string, base: number): string {
  return `${stem(log)}.${base}.jsonl`;
}

/** Where the segments of `log` among `names` begin, in order. */
export function segmentBases(log: string, names: readonly string[]): number[] {
  const prefix = `${stem(log)}.`;
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => /^(0|[1-9][0-9]{0,14})\.jsonl$/.exec(name.slice(prefix.length))?.[1])
    .filter((base) => base !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Segments that go when a new one begins, oldest first. */
export function surplus(bases: readonly number[], kept: number): readonly number[] {
  return bases.slice(0, Math.max(0, bases.length - kept));
}

/** Which of `bases` holds the byte at `offset`; the first when it lies before all of them. */
export function segmentOf(bases: readonly number[], offset: number): number | undefined {
  return bases.findLast((base) => base <= offset) ?? bases[0];
}

function stem(log: string): string {
  return log.replace(/\.jsonl$/, '');
}
