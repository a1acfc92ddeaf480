import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type InitEvent, initEventSchema } from '../../../../../schemas/protocol/bottleInit.ts';
import { writeAtomic } from '../../../files/atomic.ts';
import { createCgroups, inCgroups, removeCgroups } from '../cgroup.ts';
import { infoDescriptor } from '../launch.ts';
import { type BottleProcesses, identify, type ProcessId, signal, waitForEnd } from '../processes.ts';
import { stragglersOf } from '../stragglers.ts';
import type { ExitRecord, KeeperConfig, KeeperEvent } from './config.ts';

/** bwrap's report on `--info-fd` (bwrap(1)). */
const infoSchema = z.object({ 'child-pid': z.number().int().positive() });

/** Killing is immediate; only a process in an uninterruptible wait takes longer. Milliseconds. */
const deathMs = 5_000;

/** Owns one bottle's processes from their start to the record of their end. */
export class Keeper {
  readonly #config: KeeperConfig;
  readonly #say: (event: KeeperEvent) => void;
  readonly #children: ChildProcess[] = [];
  readonly #reports: Promise<unknown>[] = [];
  #processes: BottleProcesses;
  #agentEnd: Extract<InitEvent, { type: 'exited' }> | undefined;
  #stopping = false;

  constructor(config: KeeperConfig, say: (event: KeeperEvent) => void) {
    this.#config = config;
    this.#say = say;
    const keeper = identify(process.pid);
    if (keeper === undefined) throw new Error('/proc does not show the keeper itself.');
    this.#processes = { keeper };
    this.#record({});
  }

  /** Resolves when nothing of the bottle runs any more and its end is on record. */
  async run(): Promise<void> {
    const config = this.#config;
    createCgroups(config.cgroups);
    const sidecar = this.#spawn(config.sidecar, 'sidecar');
    const outer = inCgroups(config.cgroups, () => this.#spawn(config.outer, 'outer'));
    outer.stdin?.write(`${config.init}\n`);
    const said = this.#listen(outer);
    void endOf(sidecar).then((code) => {
      if (!this.#stopping) this.#say({ type: 'sidecarEnded', code });
    });
    const code = await endOf(outer);
    await said;
    await this.#end();
    const { type: _type, ...agentEnd } = this.#agentEnd ?? { type: undefined, code };
    const record: ExitRecord = { ...agentEnd, at: new Date().toISOString() };
    await writeAtomic(config.exitFile, `${JSON.stringify(record)}\n`);
    this.#say(this.#agentEnd ?? { type: 'failed', message: `The bottle's outer namespace ended with ${String(code)}.` });
  }

  /** Ends everything at once; `run` resolves when that is done. */
  stop(): void {
    this.#stopping = true;
    for (const first of [this.#processes.outer, this.#processes.sidecar]) if (first !== undefined) signal(first, 'SIGKILL');
    // Before bwrap has reported the namespace only bwrap itself is known; `#end` looks for what it began.
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #end(): Promise<void> {
    this.stop();
    await Promise.all([...this.#children.map(endOf), Promise.race([Promise.all(this.#reports), delay(deathMs, undefined, { ref: false })])]);
    const firsts = [this.#processes.outer, this.#processes.sidecar].filter((first) => first !== undefined);
    await Promise.all([...firsts, ...stragglersOf(dirname(this.#config.processesFile))].map((first) => this.#gone(first)));
    removeCgroups(this.#config.cgroupName);
  }

  async #gone(first: ProcessId): Promise<void> {
    signal(first, 'SIGKILL');
    if (!(await waitForEnd(first, deathMs))) process.stderr.write(`keeper: process ${String(first.pid)} does not die\n`);
  }

  #spawn(argv: readonly string[], role: 'outer' | 'sidecar'): ChildProcess {
    const [program, ...args] = argv;
    if (program === undefined) throw new Error(`There is no command for the ${role}.`);
    const child = spawn(program, args, { stdio: ['pipe', role === 'outer' ? 'pipe' : 'ignore', 'inherit', 'pipe'] });
    this.#children.push(child);
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => this.#say({ type: 'failed', message: `${program} could not be started: ${error.message}` }));
    this.#learnFirst(child, role);
    return child;
  }

  /** The report ends when it parses: other holders of the descriptor live as long as the bottle. */
  #learnFirst(child: ChildProcess, role: 'outer' | 'sidecar'): void {
    const info = child.stdio[infoDescriptor];
    if (!(info instanceof Readable)) return;
    let text = '';
    info.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const report = infoSchema.safeParse(parseJson(text)).data;
      const first = report === undefined ? undefined : identify(report['child-pid']);
      if (first === undefined) return;
      this.#record({ [role]: first });
      if (this.#stopping) signal(first, 'SIGKILL');
    });
    this.#reports.push(once(info, 'close').catch(() => undefined));
  }

  async #listen(outer: ChildProcess): Promise<void> {
    if (outer.stdout === null) return;
    const lines = createInterface({ input: outer.stdout });
    lines.on('line', (line) => {
      const event = initEventSchema.safeParse(parseJson(line)).data;
      if (event?.type === 'exited') this.#agentEnd = event;
      else if (event !== undefined) this.#say(event);
    });
    await once(lines, 'close');
  }

  #record(more: Partial<BottleProcesses>): void {
    this.#processes = { ...this.#processes, ...more };
    writeFileSync(this.#config.processesFile, JSON.stringify(this.#processes), { mode: 0o600 });
  }
}

/** Exit code once the process is over; 128 + 9 when it was killed. Starting it may have failed, which is an end too. */
function endOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? 137);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 137));
    child.once('error', () => resolve(127));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
