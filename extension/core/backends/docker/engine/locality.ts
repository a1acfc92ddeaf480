import { hostname, release } from 'node:os';
import type { Engine } from './engine.ts';

/** Whether bind mounts of this machine's folders can be meant, and if not, why. */
export type Locality = { readonly local: true } | { readonly local: false; readonly reason: string };

/**
 * An engine shares our file system and our user ids only when it listens on a unix socket, runs on this very kernel
 * and host, and does not shift user ids. Docker Desktop and a forwarded socket fail the second test.
 */
export function localityOf(engine: Pick<Engine, 'endpoint' | 'info'>): Locality {
  if (engine.endpoint.kind !== 'unix') return { local: false, reason: 'the Docker engine is on another machine' };
  if (engine.info.KernelVersion !== release() || engine.info.Name !== hostname()) {
    return { local: false, reason: `the Docker engine runs in a machine of its own (${engine.info.OperatingSystem})` };
  }
  const shifting = (engine.info.SecurityOptions ?? []).some((option) => /^name=(rootless|userns)/.test(option));
  if (shifting) return { local: false, reason: 'the Docker engine shifts user ids (rootless or userns-remap)' };
  return { local: true };
}
