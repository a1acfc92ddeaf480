import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { startTime } from '../../process/startTime.ts';

/** A process that cannot be mistaken for a later one with the same pid. */
export const processIdSchema = z.strictObject({
  pid: z.number().int().positive(),
  /** Clock ticks between boot and its start: field 22 of `/proc/PID/stat` (proc(5)). */
  start: z.string(),
});
export type ProcessId = z.infer<typeof processIdSchema>;

/** What runs of one bottle: the keeper, and the first process of each pid namespace, with which all others die. */
export const bottleProcessesSchema = z.strictObject({
  keeper: processIdSchema,
  outer: processIdSchema.optional(),
  sidecar: processIdSchema.optional(),
});
export type BottleProcesses = z.infer<typeof bottleProcessesSchema>;

const lookAgainMs = 5;

/** Identifies a living process; undefined when there is none (a zombie is none). */
export function identify(pid: number): ProcessId | undefined {
  const start = startTime(pid);
  return start === undefined ? undefined : { pid, start };
}

export function isAlive({ pid, start }: ProcessId): boolean {
  return identify(pid)?.start === start;
}

/** Sends a signal if the process is still the one meant. */
export function signal(target: ProcessId, name: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It ended in between.
  }
}

/** Whether the process ended within `ms`. */
export async function waitForEnd(target: ProcessId, ms: number): Promise<boolean> {
  const until = Date.now() + ms;
  while (isAlive(target)) {
    if (Date.now() > until) return false;
    await delay(lookAgainMs);
  }
  return true;
}
