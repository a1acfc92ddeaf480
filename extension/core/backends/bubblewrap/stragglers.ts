import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessId } from './processes.ts';

/**
 * What bwrap leaves when it is killed between making a namespace and writing its user map: the first process of that
 * namespace waits for word from bwrap before it arranges to die with it, and would wait for ever. Found by its
 * arguments, which are still bwrap's own and name the bottle's run folder.
 */
export function stragglersOf(runFolder: string): ProcessId[] {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map(Number);
  return pids.filter((pid) => argumentsOf(pid).some((argument) => argument.startsWith(`${runFolder}/`))).flatMap((pid) => identify(pid) ?? []);
}

/** Of a process running bwrap; empty for every other and for one that is gone. */
function argumentsOf(pid: number): string[] {
  try {
    const [program = '', ...rest] = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
    return /(^|\/)(bwrap|setpriv)$/.test(program) ? rest : [];
  } catch {
    return [];
  }
}
