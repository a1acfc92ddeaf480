/** Numbers that look random and come again with the same seed (mulberry32). */
export interface Random {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** One of them. */
  pick<T>(values: readonly [T, ...T[]]): T;
  /** So many characters of an alphabet. */
  text(alphabet: string, length: number): string;
  bytes(length: number): Buffer;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
  return {
    below,
    pick: (values) => values[below(values.length)] ?? values[0],
    text: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)] ?? '').join(''),
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

export const lower = 'abcdefghijklmnopqrstuvwxyz';
export const digits = '0123456789';
export const hex = '0123456789abcdef';
export const alphanumeric = `${lower}${lower.toUpperCase()}${digits}`;
