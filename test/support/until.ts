import { setTimeout as wait } from 'node:timers/promises';

/**
 * Polls until `probe` gives something truthy, and returns that. Throws after `timeoutMs` with `what` was waited for and
 * what was seen last; an error inside the probe counts as "not yet".
 */
export async function until<T>(what: string, probe: () => T | Promise<T>, timeoutMs = 20_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (thrown) {
      last = thrown;
    }
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}; last seen: ${String(last)}`);
    await wait(80);
  }
}
