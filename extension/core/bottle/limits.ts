import { availableParallelism } from 'node:os';
import type { Limits } from '../backends/backend.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/**
 * What a bottle may use unless told otherwise: room for a build and a test run, never the whole machine. A quarter of
 * the processors stays with the person even while a fork bomb spins inside.
 */
export function defaultLimits(): Limits {
  return { pids: 512, memoryBytes: 4 * GiB, cpus: availableParallelism() * 0.75, tmpBytes: GiB, fileBytes: 4 * GiB };
}
