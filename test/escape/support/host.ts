import { execFile } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** One process of the host as /proc shows it. */
export interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  /** Arguments joined by spaces. */
  readonly command: string;
  /** NAME=value pairs separated by zero bytes; empty when it may not be read. */
  readonly environment: string;
}

/** Every process that is not a zombie. One that ends while it is looked at is left out. */
export async function hostProcesses(): Promise<HostProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const all = await Promise.all(pids.map((pid) => hostProcess(Number(pid))));
  return all.filter((one) => one !== undefined);
}

/** The processes below one, at any depth. */
export function descendantsOf(pid: number, all: readonly HostProcess[]): HostProcess[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...descendantsOf(child.pid, all)]);
}

/**
 * How many processes a user has. Looks at owners only: reading the command line of a process that does nothing but fork
 * waits for a lock which that process hardly ever lets go.
 */
export async function countProcessesOf(user: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const owners = await Promise.all(pids.map((pid) => stat(`/proc/${pid}`).then(({ uid }) => uid, () => -1)));
  return owners.filter((uid) => uid === user).length;
}

async function hostProcess(pid: number): Promise<HostProcess | undefined> {
  try {
    const [status, command, environment] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'latin1'),
      readFile(`/proc/${pid}/cmdline`, 'latin1'),
      readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    ]);
    if (/^State:\s+Z/m.test(status)) return undefined;
    const number = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    return { pid, parent: number('PPid'), uid: number('Uid'), command: command.split('\0').join(' ').trim(), environment };
  } catch {
    return undefined;
  }
}

/** Runs a program of the host and returns its standard output. Throws when it fails. */
export async function hostRun(program: string, args: readonly string[], options: { readonly cwd?: string } = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { ...options, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Waits for a condition, looking again every 50 ms. The message says what never came. */
export async function until(condition: () => Promise<boolean> | boolean, what: string, patienceMs = 10_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
