import type { ExecSession, RunningBottle, TtySession } from '../../extension/core/backends/backend.ts';
import { silentProgress } from '../../extension/core/ports.ts';
import { Listening } from '../support/backends/read.ts';
import type { MadeSpec, SpecWishes } from '../support/backends/spec.ts';
import { makeSpec } from '../support/backends/spec.ts';
import type { BackendWorld } from '../support/backends/world.ts';

export type Wishes = Omit<SpecWishes, 'owner' | 'folder' | 'mode'> & Partial<Pick<SpecWishes, 'mode'>>;

export interface Started extends MadeSpec {
  readonly bottle: RunningBottle;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts bottles in a world and remembers them, so that a test that fails leaves none behind. */
export interface Bench {
  readonly world: BackendWorld;
  make(wishes: Wishes): Promise<MadeSpec>;
  start(wishes: Wishes): Promise<Started>;
  /** A command in the bottle, to its end, with pipes. */
  run(bottle: RunningBottle, script: string, stdin?: string): Promise<Ran>;
  /** Stops what the tests so far started. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** An agent that waits for ever and says when it is there. */
export const idle = 'echo ready; exec sleep 1000';

export function makeBench(world: BackendWorld): Bench {
  const running = new Set<RunningBottle>();
  const make = (wishes: Wishes): Promise<MadeSpec> =>
    makeSpec({ mode: world.modes[0] ?? 'copy', ...wishes, owner: world.owner, folder: world.folder });
  const clear = async (): Promise<void> => {
    await Promise.all([...running].map((bottle) => bottle.stop()));
    running.clear();
  };
  return {
    world,
    make,
    async start(wishes) {
      const made = await make(wishes);
      const bottle = await world.backend.start(made.spec, silentProgress, new AbortController().signal);
      running.add(bottle);
      return { ...made, bottle };
    },
    async run(bottle, script, stdin) {
      return collect(await bottle.exec({ argv: ['/bin/sh', '-c', script] }), stdin);
    },
    clear,
    async close() {
      await clear();
      await world.close();
    },
  };
}

/** Feeds a command without terminal and gathers what it says. */
export async function collect(session: ExecSession, stdin = ''): Promise<Ran> {
  const [stdout, stderr] = [new Listening(session.stdout), new Listening(session.stderr)];
  session.stdin.on('error', () => undefined);
  session.stdin.end(stdin);
  const code = await session.exited;
  return { code, stdout: await stdout.end(), stderr: await stderr.end() };
}

/** The terminal's text once it matches. */
export function seen(session: TtySession, pattern: RegExp): Promise<string> {
  return new Listening(session.output).until(pattern);
}
