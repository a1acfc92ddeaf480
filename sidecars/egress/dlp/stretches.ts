import type { Run } from './runs.ts';

/** Bytes that are worked on in one go. */
const STEP = 64 * 1024;

/** Stretches of at least `shortest` bytes that fit. Undefined where others may have their turn. */
export function* stretches(bytes: Uint8Array, from: number, to: number, shortest: number, fits: Uint8Array): Generator<Run | undefined, void, void> {
  for (let begin = from; begin + shortest <= to; ) {
    begin = stretchFrom(bytes, begin, to, shortest, fits);
    yield;
    let end = lastFit(bytes, begin, Math.min(to, begin + STEP), fits);
    if (end - begin < shortest) continue;
    for (let more = end - begin === STEP; more; yield) {
      const next = lastFit(bytes, end, Math.min(to, end + STEP), fits);
      [more, end] = [next - end === STEP, next];
    }
    yield { from: begin, to: end };
    begin = end;
  }
}

/** Where a stretch begins, or `STEP` later. Looks at few bytes, going back from those that fit. */
function stretchFrom(bytes: Uint8Array, from: number, to: number, shortest: number, fits: Uint8Array): number {
  const until = Math.min(to - shortest + 1, from + STEP);
  for (let begin = from; begin < until; ) {
    let at = begin + shortest - 1;
    while (at >= begin && fits[bytes[at] ?? 0] === 1) at--;
    if (at < begin) return begin;
    begin = at + 1;
  }
  return until;
}

function lastFit(bytes: Uint8Array, from: number, to: number, fits: Uint8Array): number {
  let at = from;
  while (at < to && fits[bytes[at] ?? 0] === 1) at++;
  return at;
}
