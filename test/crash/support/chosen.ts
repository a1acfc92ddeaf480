/** `CRASH_SEED` repeats a run; otherwise every run tries other moments. */
export function chosenSeed(): number {
  const given = process.env['CRASH_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

/** How often each crash is tried; `CRASH_TRIES` changes it. */
export function chosenTries(): number {
  return Number(process.env['CRASH_TRIES'] ?? 20);
}
