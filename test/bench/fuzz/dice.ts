/** Numbers that look random and come again with the same seed (mulberry32). */
export interface Dice {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** True in one of `count` throws. */
  one(count: number): boolean;
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
  return { below, pick: (values) => values[below(values.length)] ?? values[0], one: (count) => below(count) === 0 };
}
