import { standsAt } from './search.ts';
import type { Search } from './search.ts';

/**
 * Aho and Corasick 1975 as one table of transitions over bytes: the same work for every byte, however short the
 * needles are.
 */
export function ahoCorasick(needles: readonly Uint8Array[]): Search {
  const longest = needles.reduce((most, { length }) => Math.max(most, length), 0);
  if (needles.length === 0) return { longest, find: () => undefined };
  const { goto, ends } = automaton(needles);
  return {
    longest,
    find: (bytes, from, to, hit) => {
      let state = 0;
      for (let at = from; at < to; at++) {
        state = goto[(state << 8) | (bytes[at] ?? 0)] ?? 0;
        if (ends[state] === 0) continue;
        needles.forEach((needle, index) => {
          const begin = at + 1 - needle.length;
          if (begin >= from && standsAt(bytes, begin, needle)) hit(index, begin);
        });
      }
    },
  };
}

function automaton(needles: readonly Uint8Array[]): { readonly goto: Int32Array; readonly ends: Uint8Array } {
  const most = 1 + needles.reduce((sum, { length }) => sum + length, 0);
  const goto = new Int32Array(most << 8);
  const ends = new Uint8Array(most);
  let states = 1;
  for (const needle of needles) {
    let state = 0;
    for (const byte of needle) {
      const edge = (state << 8) | byte;
      if (goto[edge] === 0) goto[edge] = states++;
      state = goto[edge] ?? 0;
    }
    ends[state] = 1;
  }
  const fallback = new Int32Array(most);
  const queue = Array.from(goto.subarray(0, 256)).filter((state) => state !== 0);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const back = fallback[state] ?? 0;
    ends[state] = (ends[state] ?? 0) | (ends[back] ?? 0);
    for (let byte = 0; byte < 256; byte++) {
      const edge = (state << 8) | byte;
      const next = goto[edge] ?? 0;
      const over = goto[(back << 8) | byte] ?? 0;
      if (next === 0) goto[edge] = over;
      else {
        fallback[next] = over;
        queue.push(next);
      }
    }
  }
  return { goto, ends };
}
