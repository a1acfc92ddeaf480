import type { Limits } from '../backends/backend.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/** What a bottle may use unless told otherwise: room for a build and a test run, not for taking the machine down. */
export const defaultLimits: Limits = {
  pids: 1024,
  memoryBytes: 4 * GiB,
  cpus: 2,
  tmpBytes: GiB,
  fileBytes: 4 * GiB,
};
