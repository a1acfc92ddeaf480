import type { Log, Runtime } from '../../ports.ts';
import type { Backend } from '../backend.ts';
import { adoptBottle } from './bottle/adopt.ts';
import { createLogMirrors } from './bottle/logMirror.ts';
import { startBottle } from './bottle/start.ts';
import { sweepBottles } from './bottle/sweep.ts';
import { createExitWaits } from './bottle/waits.ts';
import { connectEngine, type Engine } from './engine/engine.ts';
import { engineError } from './engine/engineError.ts';
import { probeDocker } from './probe.ts';
import { chooseWorkspaceMode } from './workspace/mode.ts';

/** What the docker backend needs from whoever composes it. */
export interface DockerDeps {
  readonly runtime: Runtime;
  readonly log: Log;
  /** `DOCKER_*` and `BOT_BOTTLE_*` are read from here, never from the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Bottles as containers of a Docker Engine (API 1.41 or newer), on this machine or another. */
export function createDockerBackend({ runtime, log, env }: DockerDeps): Backend {
  const waits = createExitWaits();
  const mirrors = createLogMirrors(log);
  const saying = async <T>(engine: Engine, doing: string, work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw engineError(thrown, engine.endpoint, doing);
    });
  return {
    name: 'docker',
    holds: new Set(),
    probe: (signal) => probeDocker({ runtime, env }, signal),
    workspaceMode: async (host, owner, signal) => chooseWorkspaceMode(await connectEngine(env, signal), host, owner, signal),
    start: async (spec, progress, signal) => startBottle({ engine: await connectEngine(env, signal), runtime, env, waits, mirrors, log }, spec, progress, signal),
    adopt: async (metadata, signal) => {
      const engine = await connectEngine(env, signal);
      return saying(engine, 'find the bottle', adoptBottle({ engine, waits, mirrors, log }, metadata, signal));
    },
    sweep: async (stateRoot, keep, signal) => {
      const engine = await connectEngine(env, signal);
      return { removed: await saying(engine, 'be swept', sweepBottles(engine, stateRoot, keep, log)) };
    },
  };
}
