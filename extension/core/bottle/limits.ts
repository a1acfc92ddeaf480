import { availableParallelism } from 'node:os';
import type { Resources } from '../../../schemas/manifest/resources.ts';
import type { Backend, Limits } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/**
 * What a bottle may use unless told otherwise: room for a build and a test run, never the whole machine. A quarter of
 * the processors stays with the person even while a fork bomb spins inside.
 */
export function defaultLimits(): Limits {
  return { pids: 512, memoryBytes: 4 * GiB, cpus: availableParallelism() * 0.75, tmpBytes: GiB, fileBytes: 4 * GiB };
}

/** Keys of `resources` that only some backends can hold, by the limit they become. */
const special = { disk: 'diskBytes', session_time: 'sessionMs', idle_time: 'idleMs' } as const;

/** The bounds a bottle asks for, over the defaults. Throws `backend-cannot` when the backend would not hold one. */
export function limitsOf(resources: Resources, backend: Pick<Backend, 'name' | 'holds'>): Limits {
  for (const [key, limit] of Object.entries(special)) {
    if (resources[limit] === null || backend.holds.has(limit)) continue;
    throw new BottleError('backend-cannot', `The bottle sets resources.${key}, which the ${backend.name} backend cannot hold.`, {
      hint: `Take resources.${key} out of the bottle, or start it on bubblewrap.`,
    });
  }
  const usual = defaultLimits();
  return {
    ...usual,
    pids: resources.pids ?? usual.pids,
    memoryBytes: resources.memoryBytes ?? usual.memoryBytes,
    cpus: resources.cpus ?? usual.cpus,
    ...(resources.sessionMs === null ? {} : { sessionMs: resources.sessionMs }),
    ...(resources.idleMs === null ? {} : { idleMs: resources.idleMs }),
    // Also no single file may be larger, so that one cannot outrun the measuring.
    ...(resources.diskBytes === null ? {} : { diskBytes: resources.diskBytes, fileBytes: Math.min(usual.fileBytes, resources.diskBytes) }),
  };
}
