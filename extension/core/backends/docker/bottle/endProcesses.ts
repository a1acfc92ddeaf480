import { readFile, readdir } from 'node:fs/promises';

/** Only a whole id names one container. */
const wholeId = /^[0-9a-f]{64}$/;

/**
 * Kills the processes of a container on this machine without asking the engine, as far as we may: its control group
 * (proc(5), `/proc/PID/cgroup`) bears its id. Stopped ones die too, and with them what the engine waits for. Returns how many.
 */
export async function endProcesses(container: string): Promise<number> {
  if (!wholeId.test(container)) return 0;
  let ended = 0;
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^[0-9]+$/.test(name)) continue;
    const groups = await readFile(`/proc/${name}/cgroup`, 'latin1').catch(() => '');
    if (groups.includes(container) && killed(Number(name))) ended += 1;
  }
  return ended;
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile, or not ours to kill.
    return false;
  }
}
