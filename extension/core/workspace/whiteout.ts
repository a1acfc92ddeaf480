import type { Stats } from 'node:fs';

/** Whether an entry of an overlay's upper layer says that the host's entry of this name was deleted. */
export function isWhiteout(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0;
}
