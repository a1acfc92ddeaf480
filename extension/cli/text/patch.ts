import { createTwoFilesPatch, FILE_HEADERS_ONLY, structuredPatch } from 'diff';

/** One file before and after, as bytes; undefined on the side where it does not exist. */
export interface Sides {
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** Lines added and removed; null for a file that is not text. */
export interface Count {
  readonly added: number;
  readonly removed: number;
}

/** A unified diff of one file as `git apply` and `patch -p1` read it; binary files are only named. */
export function unifiedDiff({ path, before, after }: Sides): string {
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${path}`;
  const left = textOf(before);
  const right = textOf(after);
  if (left === null || right === null) return `Binary files ${from} and ${to} differ\n`;
  return createTwoFilesPatch(from, to, left, right, undefined, undefined, { context: 3, headerOptions: FILE_HEADERS_ONLY });
}

/** How many lines a file gained and lost. */
export function countLines({ path, before, after }: Sides): Count | null {
  const left = textOf(before);
  const right = textOf(after);
  if (left === null || right === null) return null;
  const lines = structuredPatch(path, path, left, right, undefined, undefined, { context: 0 }).hunks.flatMap((hunk) => hunk.lines);
  return { added: lines.filter((line) => line.startsWith('+')).length, removed: lines.filter((line) => line.startsWith('-')).length };
}

/** Text if it decodes as UTF-8 without a NUL, as git decides; null for binary. */
function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return '';
  if (bytes.subarray(0, 8000).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
