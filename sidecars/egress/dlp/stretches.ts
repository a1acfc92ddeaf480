import type { Run } from './runs.ts';

/** The first stretch of at least `shortest` bytes that fit. Looks at few bytes, going back from those that fit. */
export function stretch(bytes: Uint8Array, from: number, to: number, shortest: number, fits: Uint8Array): Run | undefined {
  for (let begin = from; begin + shortest <= to; ) {
    let at = begin + shortest - 1;
    while (at >= begin && fits[bytes[at] ?? 0] === 1) at--;
    if (at >= begin) {
      begin = at + 1;
      continue;
    }
    let end = begin + shortest;
    while (end < to && fits[bytes[end] ?? 0] === 1) end++;
    return { from: begin, to: end };
  }
  return undefined;
}
