import * as z from 'zod';
import { processorsSchema, sizeSchema, timeLimitSchema } from './quantity.ts';

const MiB = 1024 ** 2;
const TiB = 1024 ** 4;
const day = 24 * 60 * 60 * 1000;

// Three weeks: a timer of 25 days overflows the 32 bits of setTimeout and would fire at once.
const longest = 21 * day;

/** `resources` of a bottle as written. */
export const resourcesSchema = z.strictObject({
  cpus: processorsSchema({ least: 0.1, most: 1024, words: 'from "0.1" to 1024' }).optional().meta({
    description: 'Processors the bottle may keep busy: a whole number, or a fraction in quotes with up to two decimals. Without it, three quarters of the machine.',
    examples: [2, '1.5'],
  }),
  memory: sizeSchema({ least: 64 * MiB, most: 1024 * TiB, words: 'from 64MiB to 1024TiB' }).optional().meta({
    description: 'Memory of everything in the bottle together: a whole number and KiB, MiB, GiB or TiB. Without it, 4GiB.',
    examples: ['8GiB'],
  }),
  pids: z.int().min(16).max(4194304).optional().meta({
    description: 'Processes and threads that may exist at once, 16 to 4194304. Without it, 512.',
    examples: [1024],
  }),
  disk: sizeSchema({ least: 64 * MiB, most: 1024 * TiB, words: 'from 64MiB to 1024TiB' }).optional().meta({
    description: 'Room for what the agent writes into its workspace: a whole number and KiB, MiB, GiB or TiB. Over it the agent is ended, its changes kept. Measured every second or, where much is to be measured, less often, so it can be exceeded by what is written in between. Only bubblewrap holds it; elsewhere the start is refused.',
    examples: ['20GiB'],
  }),
  session_time: timeLimitSchema({ least: 60_000, most: longest, words: 'from 1m to 21d' }).optional().meta({
    description: 'How long the bottle may run before it is stopped, its changes kept: a whole number and s, m, h or d. `none` lifts the limit of a parent. Only bubblewrap holds it; elsewhere the start is refused.',
    default: 'none',
    examples: ['8h'],
  }),
  idle_time: timeLimitSchema({ least: 60_000, most: longest, words: 'from 1m to 21d' }).optional().meta({
    description: 'How long the agent may neither print nor be typed to before the bottle is stopped, its changes kept: a whole number and s, m, h or d. `none` lifts the limit of a parent. Only bubblewrap holds it; elsewhere the start is refused.',
    default: 'none',
    examples: ['45m'],
  }),
});
export type WrittenResources = z.infer<typeof resourcesSchema>;

/** Upper bounds of a bottle. Null leaves the bound to the product; for the two times it means no limit. */
export interface Resources {
  /** Processors, 0.1 to 1024. */
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** Processes and threads. */
  readonly pids: number | null;
  /** What the agent may add to its workspace. */
  readonly diskBytes: number | null;
  /** From start to stop, in milliseconds; at most 21 days, so that one timer can hold it. */
  readonly sessionMs: number | null;
  /** Without output or input of the agent, in milliseconds; at most 21 days. */
  readonly idleMs: number | null;
}

/** The bounds of a merged bottle. */
export function resourcesOf(written: WrittenResources): Resources {
  return {
    cpus: written.cpus ?? null,
    memoryBytes: written.memory ?? null,
    pids: written.pids ?? null,
    diskBytes: written.disk ?? null,
    sessionMs: written.session_time ?? null,
    idleMs: written.idle_time ?? null,
  };
}
