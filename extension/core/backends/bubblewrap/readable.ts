import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Runtime } from '../../ports.ts';

/** Bits that somebody without any relation to a file needs: to read and enter, to enter, to read. */
const bits = { readAndEnter: 0o005, enter: 0o001, read: 0o004 } as const;

/**
 * What of Node and our programs the agent's user may not read when root starts the bottle. Root shows them at places of
 * their own, so the folders above do not count; their own permissions do. Installed under umask 077 nobody else may.
 */
export function unreadablePrograms(runtime: Runtime): string[] {
  const node = realpathSync(runtime.node);
  const inDist = (path: string): string => join(runtime.dist, path);
  const needed: readonly (readonly [path: string, bits: number])[] = [
    [node, bits.readAndEnter],
    [dirname(node), bits.enter],
    [runtime.dist, bits.enter],
    [inDist('sidecars'), bits.enter],
    [inDist('sidecars/init.js'), bits.read],
    [inDist('sidecars/egress.js'), bits.read],
    [inDist('node_modules'), bits.readAndEnter],
  ];
  return needed.filter(([path, wanted]) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & wanted) !== wanted).map(([path]) => path);
}
