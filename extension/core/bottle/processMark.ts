import * as z from 'zod';
import { startTime } from '../process/startTime.ts';

/** A process that can be told from a later one with the same pid: start time in clock ticks (`/proc/PID/stat`, field 22). */
export const processMarkSchema = z.object({ pid: z.number().int(), startTime: z.string() });
export type ProcessMark = z.infer<typeof processMarkSchema>;

/** The mark of a living process. Where there is no /proc the start time is empty and only the pid counts. */
export function processMark(pid: number): ProcessMark {
  return { pid, startTime: startTime(pid) ?? '' };
}

/** Whether the very process that was marked still lives. */
export function isAlive(mark: ProcessMark): boolean {
  if (mark.startTime !== '') return startTime(mark.pid) === mark.startTime;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch {
    return false;
  }
}
