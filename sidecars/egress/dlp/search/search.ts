/** Told the index of the needle and where it begins. */
export type Hit = (needle: number, at: number) => void;

/** Finds many byte strings at once. */
export interface Search {
  /** Length of the longest needle, in bytes; 0 when there are none. */
  readonly longest: number;
  /** Calls `hit` for every needle that lies wholly in `bytes[from, to)`. */
  find(bytes: Uint8Array, from: number, to: number, hit: Hit): void;
}

/** Whether `needle` stands in `bytes` at `at`; the caller keeps within bounds. */
export function standsAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 0; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false;
  return true;
}
