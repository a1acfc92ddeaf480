import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

/**
 * Kills a process, its descendants, and everything in the sessions that they lead. Looks again until nothing is left,
 * since a process may fork while we look. A child that made a session of its own and lost its parent is the bottle's.
 */
export function killTree(root: number): void {
  const ours = new Set([root]);
  for (let round = 0; round < 20; round++) {
    const all = processes();
    grow(ours, all);
    const alive = all.filter(({ pid }) => ours.has(pid));
    if (alive.length === 0) return;
    for (const { pid } of alive) kill(pid);
  }
}

/** Adds descendants of what is known, and members of sessions led by what is known. */
function grow(ours: Set<number>, all: readonly Process[]): void {
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent, session } of all) if (ours.has(parent) || ours.has(session)) ours.add(pid);
  }
}

/** Every process that is not dead yet. Fields of `/proc/PID/stat`: proc(5); the name may contain anything but ends at the last `)`. */
function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`);
      const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === undefined || state === 'Z' || state === 'X' || stat === '') return [];
      return [{ pid: Number(name), parent: Number(parent), session: Number(session) }];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
