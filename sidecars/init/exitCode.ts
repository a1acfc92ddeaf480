import { constants } from 'node:os';

/** A shell's view of how a process ended: its code, or 128 + the number of the signal. */
export function exitCodeOf(code: unknown, signal: unknown): number {
  if (typeof code === 'number') return code;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return 128 + (number ?? 9);
}
