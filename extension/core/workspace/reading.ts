import { setImmediate } from 'node:timers/promises';

/** What one look at two trees may cost, and its manners. */
export interface Reading {
  /** Tells of work done. Others get their turn in time, and an abort is heard there: then it throws. */
  did(steps: number): Promise<void>;
  /** Takes bytes from what may be read of the agent's files; false, and nothing is taken, when fewer are left. */
  affords(bytes: number): boolean;
}

/** What kinds of work cost, in steps of some 20 µs. */
export const steps = { entry: 1, comparison: 15, transfer: 200, mebibyte: 100 } as const;

/** Steps at a stretch. Counted rather than timed, so that a fast or a slow machine does the same. */
export const stretch = 1_000;

/** Bytes of the agent's files that one look reads: some ten seconds, where sparse files would keep it busy for days. */
export const mostRead = 8 * 1024 ** 3;

/** Begins to count the work of one look. */
export function startReading(signal: AbortSignal, limit = mostRead): Reading {
  const spent = { steps: 0, bytes: 0 };
  return {
    did: async (count) => {
      spent.steps += count;
      if (spent.steps < stretch) return;
      spent.steps = 0;
      await setImmediate();
      signal.throwIfAborted();
    },
    affords: (bytes) => {
      if (spent.bytes + bytes > limit) return false;
      spent.bytes += bytes;
      return true;
    },
  };
}
