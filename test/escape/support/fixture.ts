import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningBottle } from '../../../extension/core/backends/backend.ts';
import { silentProgress } from '../../../extension/core/ports.ts';
import { type Outcome, type RunOptions, run } from './inside.ts';
import { type Machine, type MachineOptions, type World, machineFor } from './machine.ts';
import { compileProbe } from './probe.ts';

/** A running bottle with the probes in its workspace. */
export interface Captive {
  readonly machine: Machine;
  readonly slug: string;
  readonly workspace: string;
  /** On the host: the same program, for controls. */
  readonly hostProbe: string;
  readonly bottle: RunningBottle;
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** A script for the bottle's own /bin/sh; its standard output, trimmed. */
  sh(script: string, options?: RunOptions): Promise<string>;
  /** The last line a probe printed: `done`, an errno name, `TIMEOUT` or `killed SIGNAL`. */
  probe(name: string, ...args: readonly string[]): Promise<string>;
  /** All its lines but the last. */
  probeLines(name: string, ...args: readonly string[]): Promise<readonly string[]>;
}

export const probePath = '/workspace/probe';

/** What the workspace holds before the bottle starts, beside the probes. */
export interface Bait {
  readonly files?: Readonly<Record<string, string>>;
  /** Whatever more than plain files is wanted there. */
  readonly prepare?: (workspace: string) => Promise<void>;
}

/** Starts one bottle of the agent `probe` on a workspace of its own. */
export async function captive(world: World, options: MachineOptions = {}, bait: Bait = {}): Promise<Captive> {
  const machine = await machineFor(world, options);
  try {
    return await captiveOn(machine, bait);
  } catch (thrown) {
    await machine.end();
    throw thrown;
  }
}

/** Starts one more bottle on a machine that is there already. */
export async function captiveOn(machine: Machine, bait: Bait = {}): Promise<Captive> {
  const workspace = await machine.workspace({ 'README.md': 'hello\n', ...bait.files });
  const hostProbe = join(workspace, 'probe');
  await writeFile(hostProbe, await compileProbe());
  await chmod(hostProbe, 0o755);
  await bait.prepare?.(workspace);
  const signal = AbortSignal.timeout(600_000);
  const plan = await machine.bottles.plan({ agent: 'probe', workspace, backend: machine.world }, signal);
  const bottle = await machine.bottles.start(plan, silentProgress, signal);
  const lines = async (name: string, args: readonly string[]): Promise<string[]> => {
    const { code, out, err } = await run(bottle, [probePath, name, ...args]);
    if (code !== 0) throw new Error(`probe ${name} ended with ${code}: ${out}${err}`);
    return out.trimEnd().split('\n');
  };
  return {
    machine,
    slug: bottle.slug,
    workspace,
    hostProbe,
    bottle,
    run: (argv, more) => run(bottle, argv, more),
    sh: async (script, more) => (await run(bottle, ['/bin/sh', '-c', script], more)).out.trim(),
    probe: async (name, ...args) => (await lines(name, args)).at(-1) ?? '',
    probeLines: async (name, ...args) => (await lines(name, args)).slice(0, -1),
  };
}
