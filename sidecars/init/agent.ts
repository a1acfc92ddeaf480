import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { InitConfig } from '../../schemas/protocol/bottleInit.ts';
import { descriptors } from './arguments.ts';
import { exitCodeOf } from './exitCode.ts';
import type { Ptys } from './pty.ts';
import type { Sandboxes } from './sandbox.ts';
import { Terminal } from './terminal.ts';

/** The agent's process, its terminal, and where its namespaces are found. */
export interface Agent {
  readonly terminal: Terminal;
  /** Resolves with the pid of the first process of its namespaces once they are complete; rejects when they cannot be made. */
  readonly running: Promise<number>;
  /** Its exit code, after the last byte it said was taken in. */
  readonly exited: Promise<number>;
}

/** What bwrap writes to its status descriptor, one object a line (bwrap(1), `--json-status-fd`). */
const statusSchema = z.object({ 'child-pid': z.number().int().optional(), 'exit-code': z.number().int().optional() });

/** How long we wait for the rest of the terminal's output once the agent is gone, in milliseconds. */
const lastWordsMs = 500;
const lookAgainMs = 4;

export function startAgent(config: InitConfig, sandboxes: Sandboxes, ptys: Ptys): Agent {
  const pty = ptys.open(config.size);
  const terminal = new Terminal(pty);
  const child = sandboxes.agent(pty);
  const ended = endOf(child);
  const exited = ended.then(async (code) => {
    await Promise.race([terminal.closed, delay(lastWordsMs, undefined, { ref: false })]);
    return code;
  });
  exited.catch(() => undefined);
  return { terminal, running: namespacesOf(child, exited, terminal), exited };
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code, signal]: unknown[] = await once(child, 'exit');
  return exitCodeOf(code, signal);
}

async function namespacesOf(child: ChildProcess, exited: Promise<number>, terminal: Terminal): Promise<number> {
  const status = child.stdio[descriptors.status];
  if (!(status instanceof Readable)) throw new Error('bwrap was started without its status descriptor.');
  let [pid, ran, over] = [0, false, false];
  const complete = new Promise<void>((resolve) => {
    createInterface({ input: status }).on('line', (line) => {
      const parsed = statusSchema.safeParse(JSON.parse(line));
      pid = parsed.data?.['child-pid'] ?? pid;
      ran ||= parsed.data?.['exit-code'] !== undefined;
    }).once('close', resolve);
  });
  void exited.then(() => (over = true), () => (over = true));
  while (!over) {
    if (pid !== 0 && hasChild(pid)) return pid;
    await delay(lookAgainMs);
  }
  await Promise.all([complete, exited]);
  // An exit code is only reported for a program that was reached: without one, bwrap itself gave up.
  if (!ran) throw new Error(`The agent's fence could not be made: ${terminal.scrollback.content().toString('utf8').trim()}`);
  return pid;
}

/** bwrap forks the program last, when mounts and both user namespaces are in place. */
function hasChild(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim() !== '';
  } catch {
    return false;
  }
}
