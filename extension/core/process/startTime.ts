import { readFileSync } from 'node:fs';

/**
 * When a living process began, in clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)). With the pid it names
 * one process for good. undefined when it is gone or a zombie, and where there is no /proc.
 */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
