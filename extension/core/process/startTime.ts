import { readFile } from 'node:fs/promises';

/**
 * When a living process began, in clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)). With the pid it names
 * one process for good. undefined when it is gone, and where there is no /proc.
 */
export async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
