import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The kernel counts some things by user, over all namespaces, and the agent is the person's user: without a bound it could
 * take them all, and the person's editor could watch no file any more. A bottle gets a quarter.
 */
const share = (whole: number): number => Math.max(1, Math.floor(whole / 4));

/** Bounds of a user namespace and all below it, with where the whole machine's is told. */
const watching = [
  ['/proc/sys/user/max_inotify_instances', '/proc/sys/fs/inotify/max_user_instances'],
  ['/proc/sys/user/max_inotify_watches', '/proc/sys/fs/inotify/max_user_watches'],
] as const;

/** Bounds every process of this namespace, which the agent cannot lift from the ones below it. */
export function limitWatching(): void {
  for (const [bound, whole] of watching) writeFileSync(bound, String(share(Number(readFileSync(whole, 'latin1')))));
}

/** What is counted by user but bounded by process: queued signals and timers, bytes of message queues. */
const bounded = [
  ['sigpending', /^Max pending signals\s+(\d+)/m],
  ['msgqueue', /^Max msgqueue size\s+(\d+)/m],
] as const;

/** Options of `prlimit` that leave most of it to the person. Nothing for what has no bound to have a share of. */
export function userShareOptions(): string[] {
  const own = readFileSync('/proc/self/limits', 'latin1');
  return bounded.flatMap(([name, line]) => {
    const whole = line.exec(own)?.[1];
    return whole === undefined ? [] : [`--${name}=${String(share(Number(whole)))}`];
  });
}
