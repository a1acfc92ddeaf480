import { standsAt } from './search.ts';
import type { Search } from './search.ts';

/** Entries of the tables: few needles leave room in a small one, which stays in the fastest cache. */
const LARGE = 1 << 16;
const SMALL = 1 << 13;

/**
 * Wu and Manber 1994, "A fast algorithm for multi-pattern searching": looks at the last block of a window as long as the
 * shortest needle and jumps by how far that block is from the end of any needle. The longer the shortest needle, the
 * longer the jumps. Blocks are three bytes, two when a needle is shorter than six. No needle may be shorter than two.
 */
export function wuManber(needles: readonly Uint8Array[]): Search {
  const shortest = needles.reduce((least, { length }) => Math.min(least, length), Infinity);
  const longest = needles.reduce((most, { length }) => Math.max(most, length), 0);
  if (needles.length === 0) return { longest, find: () => undefined };
  if (shortest < 2) throw new RangeError('a needle has at least two bytes');
  return { longest, find: shortest < 6 ? pairs(needles, shortest) : triples(needles, shortest) };
}

interface Tables {
  /** How far the window may jump when its last block has this hash; 0 is a candidate. */
  readonly shift: Uint8Array;
  /** First needle whose window ends with a block of this hash, and the next one with the same; -1 is none. */
  readonly first: Int32Array;
  readonly next: Int32Array;
}

function tables(needles: readonly Uint8Array[], window: number, block: number, entries: number, hash: (needle: Uint8Array, last: number) => number): Tables {
  const shift = new Uint8Array(entries).fill(Math.min(window - block + 1, 255));
  const first = new Int32Array(entries).fill(-1);
  const next = new Int32Array(needles.length).fill(-1);
  needles.forEach((needle, index) => {
    for (let last = block - 1; last < window; last++) {
      const key = hash(needle, last);
      shift[key] = Math.min(shift[key] ?? 0, window - 1 - last);
    }
    const key = hash(needle, window - 1);
    next[index] = first[key] ?? -1;
    first[key] = index;
  });
  return { shift, first, next };
}

// The two loops differ in nothing but the hash; written out because a call a byte would halve the speed.

function triples(needles: readonly Uint8Array[], window: number): Search['find'] {
  const { shift, first, next } = tables(needles, window, 3, LARGE, (needle, last) => (((needle[last - 2] ?? 0) << 10) ^ ((needle[last - 1] ?? 0) << 5) ^ (needle[last] ?? 0)) & 0xffff);
  return (bytes, from, to, hit) => {
    for (let at = from + window - 1; at < to; ) {
      const key = (((bytes[at - 2] ?? 0) << 10) ^ ((bytes[at - 1] ?? 0) << 5) ^ (bytes[at] ?? 0)) & 0xffff;
      const jump = shift[key] ?? 0;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const begin = at - window + 1;
      for (let index = first[key] ?? -1; index >= 0; index = next[index] ?? -1) {
        const needle = needles[index];
        if (needle !== undefined && begin + needle.length <= to && standsAt(bytes, begin, needle)) hit(index, begin);
      }
      at++;
    }
  };
}

function pairs(needles: readonly Uint8Array[], window: number): Search['find'] {
  const { shift, first, next } = tables(needles, window, 2, SMALL, (needle, last) => (((needle[last - 1] ?? 0) << 6) ^ (needle[last] ?? 0)) & 0x1fff);
  return (bytes, from, to, hit) => {
    for (let at = from + window - 1; at < to; ) {
      const key = (((bytes[at - 1] ?? 0) << 6) ^ (bytes[at] ?? 0)) & 0x1fff;
      const jump = shift[key] ?? 0;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const begin = at - window + 1;
      for (let index = first[key] ?? -1; index >= 0; index = next[index] ?? -1) {
        const needle = needles[index];
        if (needle !== undefined && begin + needle.length <= to && standsAt(bytes, begin, needle)) hit(index, begin);
      }
      at++;
    }
  };
}
