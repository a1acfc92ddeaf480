/** A stretch of characters of base64 or hex, line ends and escapes inside allowed. */
export interface Run {
  readonly from: number;
  to: number;
}

/** Shorter ones hold no token. Bytes. */
const SHORTEST = 26;

/** Two lines of a wrapped text are at most so far apart, in bytes: line end and indentation, perhaps as `\r\n` escapes. */
const GAP = 24;

/** Bytes that are gone through in one go. */
const STEP = 256 * 1024;

export const table = (pattern: RegExp): Uint8Array => new Uint8Array(256).map((_, byte) => (byte < 0x80 && pattern.test(String.fromCharCode(byte)) ? 1 : 0));
/** Lines may be short, and some encoders write `\/` for `/`. */
const inRun = table(/[A-Za-z0-9+/_\\\r\n-]/);
const inGap = table(/[\s=\\rn",]/);

/**
 * Where `bytes` holds base64 or hex. Looks at every 26th byte only, and goes back from those that fit: text with spaces
 * in it costs next to nothing.
 */
export function* runsIn(bytes: Uint8Array): Generator<void, Run[], void> {
  const runs: Run[] = [];
  for (let from = 0; from + SHORTEST <= bytes.length; ) {
    from = addRuns(runs, bytes, from, Math.min(bytes.length, from + STEP));
    yield;
  }
  // The last line of a wrapped text may be short.
  for (const run of runs) run.to = lastLine(bytes, run.to, bytes.length);
  return runs;
}

/** Adds the runs that begin before `until`; returns how far it looked. */
function addRuns(runs: Run[], bytes: Uint8Array, from: number, until: number): number {
  // A local: a variable of a bundled module is looked up anew for every byte.
  const fits = inRun;
  const to = bytes.length;
  let begin = from;
  const cut = runs.at(-1);
  if (cut?.to === begin) {
    while (begin < until && fits[bytes[begin] ?? 0] === 1) begin++;
    cut.to = begin;
  }
  while (begin < until && begin + SHORTEST <= to) {
    let at = begin + SHORTEST - 1;
    while (at >= begin && fits[bytes[at] ?? 0] === 1) at--;
    if (at >= begin) {
      begin = at + 1;
      continue;
    }
    let end = begin + SHORTEST;
    while (end < until && fits[bytes[end] ?? 0] === 1) end++;
    const last = runs.at(-1);
    if (last !== undefined && isGap(bytes, last.to, begin)) last.to = end;
    else runs.push({ from: begin, to: end });
    begin = end;
  }
  return begin;
}

function isGap(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > GAP) return false;
  for (let i = from; i < to; i++) if (inGap[bytes[i] ?? 0] !== 1) return false;
  return true;
}

function lastLine(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && at - from < GAP && inGap[bytes[at] ?? 0] === 1) at++;
  if (at === from || at - from === GAP) return from;
  let end = at;
  while (end < to && inRun[bytes[end] ?? 0] === 1) end++;
  return end;
}
