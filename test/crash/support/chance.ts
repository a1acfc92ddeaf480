/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `CRASH_SEED` repeats a run; otherwise every run tries other moments. */
export function chosenSeed(): number {
  const given = process.env['CRASH_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

/** How often each crash is tried; `CRASH_TRIES` changes it. */
export function chosenTries(): number {
  return Number(process.env['CRASH_TRIES'] ?? 20);
}
