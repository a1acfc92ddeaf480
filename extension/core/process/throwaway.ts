import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTime } from './startTime.ts';

/** `bot-bottle-<purpose>-<pid namespace>-<pid>-<start time>-<random>`: numbers in decimal, the random part in hex. */
const shape = /^bot-bottle-(?:probe|overlay)-([0-9]+)-([0-9]+)-([0-9]+)-[0-9a-f]{12}$/;

/**
 * A name for something this process makes for a moment: it tells whose it is, so that after a crash anybody can see that
 * nobody needs it any more.
 */
export function throwawayName(purpose: 'probe' | 'overlay'): string {
  return ['bot-bottle', purpose, pidNamespace() ?? '0', process.pid, startTime(process.pid) ?? '0', randomBytes(6).toString('hex')].join('-');
}

/** Whether the process that made it is gone. False for every other name, and for one of a process that cannot be seen from here. */
export function isOrphaned(name: string): boolean {
  const [, namespace, pid, start] = shape.exec(name) ?? [];
  if (pid === undefined || start === undefined) return false;
  return namespace === pidNamespace() && startTime(Number(pid)) !== start;
}

/** Removes the throw-away folders in `parent` whose makers are gone. Returns their names. */
export async function sweepThrowaways(parent: string): Promise<string[]> {
  const orphans = (await readdir(parent).catch(() => [])).filter(isOrphaned);
  for (const name of orphans) await removeThrowaway(join(parent, name));
  return orphans;
}

/** Removes a throw-away folder, also one in which the kernel mounted an overlay. */
export async function removeThrowaway(folder: string): Promise<void> {
  // The kernel leaves a folder of mode 000 in the work folder of an overlay.
  await chmod(join(folder, 'work', 'work'), 0o700).catch(() => undefined);
  // What another user made in a shared folder cannot be removed and is not ours to worry about.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** Inode number of the pid namespace: pids of another one mean nothing here (namespaces(7)). */
function pidNamespace(): string | undefined {
  try {
    return /\[([0-9]+)\]/.exec(readlinkSync('/proc/self/ns/pid'))?.[1];
  } catch {
    return undefined;
  }
}
