/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** One of them. */
  pick<T>(values: readonly [T, ...T[]]): T;
  /** True in one of `count` throws. */
  one(count: number): boolean;
  /** So many characters of an alphabet. */
  text(alphabet: string, length: number): string;
  bytes(length: number): Buffer;
}

export function random(seed: number): Random {
  const next = mulberry32(seed);
  const below = (count: number): number => next() % count;
  return {
    below,
    pick: (values) => values[below(values.length)] ?? values[0],
    one: (count) => below(count) === 0,
    text: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)] ?? '').join(''),
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function chance(seed: number): () => number {
  const next = mulberry32(seed);
  return () => next() / 2 ** 32;
}

/** Whole numbers of 32 bits: Tommy Ettinger's mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
