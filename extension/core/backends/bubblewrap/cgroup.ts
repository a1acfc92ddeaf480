import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Limits } from '../backend.ts';

const mount = '/sys/fs/cgroup';
const ours = 'bot-bottle';

/** A control group of one bottle in one hierarchy, with the files that set its limits. */
export const cgroupSchema = z.strictObject({
  /** Absolute path of the group. */
  folder: z.string(),
  /** Where this process was before and goes back to: the `cgroup.procs` of its own group. */
  home: z.string(),
  files: z.array(z.tuple([z.string(), z.string()])),
});
export type Cgroup = z.infer<typeof cgroupSchema>;

const periodMicroseconds = 100_000;

/** The groups that would hold these limits; undefined when this machine has no controllers that we may use. */
export function planCgroups(name: string, limits: Limits, uid: number): Cgroup[] | undefined {
  if (uid !== 0) return undefined;
  const quota = String(Math.round(limits.cpus * periodMicroseconds));
  const memory = String(limits.memoryBytes);
  if (existsSync(join(mount, 'cgroup.controllers'))) {
    const has = readFileSync(join(mount, 'cgroup.controllers'), 'utf8').trim().split(' ');
    if (!['memory', 'pids', 'cpu'].every((controller) => has.includes(controller))) return undefined;
    return [
      {
        folder: join(mount, ours, name),
        home: join(mount, ownGroup(''), 'cgroup.procs'),
        files: [
          ['pids.max', String(limits.pids)],
          ['memory.max', memory],
          ['memory.swap.max', '0'],
          ['cpu.max', `${quota} ${String(periodMicroseconds)}`],
        ],
      },
    ];
  }
  const first: Readonly<Record<string, readonly [string, string][]>> = {
    pids: [['pids.max', String(limits.pids)]],
    memory: [['memory.limit_in_bytes', memory]],
    cpu: [['cpu.cfs_period_us', String(periodMicroseconds)], ['cpu.cfs_quota_us', quota]],
  };
  const groups = Object.entries(first).map(([controller, files]): Cgroup => ({
    folder: join(mount, controller, ours, name),
    home: join(mount, controller, ownGroup(controller), 'cgroup.procs'),
    files: files.map(([file, value]) => [file, value]),
  }));
  return groups.every(({ folder }) => existsSync(join(folder, '..', '..', 'cgroup.procs'))) ? groups : undefined;
}

/** Makes the groups and sets their limits. */
export function createCgroups(groups: readonly Cgroup[]): void {
  for (const { folder, files } of groups) {
    mkdirSync(folder, { recursive: true });
    // In the second version each level hands its controllers down.
    for (const above of [join(folder, '..', '..'), join(folder, '..')]) {
      const control = join(above, 'cgroup.subtree_control');
      if (existsSync(control)) writeFileSync(control, '+pids +memory +cpu');
    }
    for (const [file, value] of files) if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value);
  }
}

/** Runs `start` as a member of the groups, so that the processes it starts are members from their first instruction. */
export function inCgroups<T>(groups: readonly Cgroup[], start: () => T): T {
  try {
    for (const { folder } of groups) writeFileSync(join(folder, 'cgroup.procs'), '0');
    return start();
  } finally {
    for (const { home } of groups) writeFileSync(home, '0');
  }
}

/** Removes the groups of a bottle that has no process any more. */
export function removeCgroups(name: string): void {
  const hierarchies = existsSync(join(mount, 'cgroup.controllers')) ? [mount] : existingFolders();
  for (const hierarchy of hierarchies) {
    try {
      rmdirSync(join(hierarchy, ours, name));
    } catch {
      // Absent here, or the kernel has not let go of its last process; the next sweep finds it.
    }
  }
}

function existingFolders(): string[] {
  return existsSync(mount) ? readdirSync(mount).map((name) => join(mount, name)) : [];
}

/** Our own group below the mount, from `/proc/self/cgroup` (cgroups(7)). */
function ownGroup(controller: string): string {
  const line = readFileSync('/proc/self/cgroup', 'utf8').split('\n').find((candidate) => candidate.split(':')[1]?.split(',').includes(controller));
  return line?.split(':').slice(2).join(':') ?? '/';
}
