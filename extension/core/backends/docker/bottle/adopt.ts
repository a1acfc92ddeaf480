import type Dockerode from 'dockerode';
import type { BottleMetadata } from '../../../../../schemas/protocol/bottle.ts';
import { BottleError } from '../../../errors.ts';
import type { Log } from '../../../ports.ts';
import type { RunningBottle } from '../../backend.ts';
import { describeEndpoint } from '../engine/endpoint.ts';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engineError.ts';
import { inTime } from '../engine/patience.ts';
import { type Handle, handleSchema } from './handle.ts';
import type { LogMirrors } from './logMirror.ts';
import { labelFilter, labels } from './objects.ts';
import { runningBottle } from './running.ts';
import type { ExitWaits } from './waits.ts';

/** Exit code of an agent whose container somebody removed. */
const removed = 137;

/** Longest wait for the engine to say how an agent is, in ms. */
const patienceMs = 3_000;

/** What an adoption needs besides the bottle's record. */
export interface AdoptDeps {
  readonly engine: Engine;
  readonly waits: ExitWaits;
  readonly mirrors: LogMirrors;
  readonly log: Log;
  readonly patienceMs?: number;
}

/**
 * Finds the bottle that `metadata` speaks of; undefined when nothing of it exists any more. Throws `backend-unavailable`
 * when it was started at another engine: not to be found here says nothing about it.
 */
export async function adoptBottle(deps: AdoptDeps, metadata: BottleMetadata, signal: AbortSignal): Promise<RunningBottle | undefined> {
  const { engine, waits, mirrors } = deps;
  const handle = handleSchema.safeParse(metadata.handle).data;
  if (handle === undefined) return undefined;
  const found = await agentOf(deps, handle, metadata.slug, signal);
  if (found === undefined) {
    checkEngine(engine, handle, metadata.slug);
    if (!(await holdsWork(engine, handle, signal))) return undefined;
  }
  const ended = found?.running === true ? undefined : (found?.code ?? removed);
  if (ended !== undefined) waits.ended(handle.agent, ended);
  return runningBottle({ engine, slug: metadata.slug, handle, owner: metadata.owner, guestWorkspace: metadata.workspace.guest, waits, mirrors, log: deps.log, ended });
}

/** An agent about which the engine says nothing is there and not ended: only a bottle that is found can be stopped. */
async function agentOf(deps: AdoptDeps, handle: Handle, slug: string, signal: AbortSignal): Promise<{ readonly running: boolean; readonly code: number } | undefined> {
  const { docker } = deps.engine;
  const late = new BottleError('backend-unavailable', `The Docker engine does not say how the agent of "${slug}" is.`);
  let found: Dockerode.ContainerInspectInfo | undefined;
  try {
    found = await inTime(deps.patienceMs ?? patienceMs, () => late, (brief) => inspect(docker.getContainer(handle.agent), AbortSignal.any([signal, brief])));
  } catch (thrown) {
    if (thrown !== late) throw thrown;
    // The list is made without the container's lock.
    const listed = await docker.listContainers({ all: true, filters: labelFilter({ [labels.start]: handle.start }), abortSignal: signal });
    if (!listed.some(({ Id: id }) => id === handle.agent)) return undefined;
    deps.log.warn(`${late.message} It is taken for running; bot-bottle stop ${slug} ends it.`);
    return { running: true, code: 0 };
  }
  if (found === undefined || found.Config.Labels[labels.start] !== handle.start) return undefined;
  return { running: found.State.Running, code: found.State.ExitCode };
}

function checkEngine({ endpoint }: Engine, handle: Handle, slug: string): void {
  const here = describeEndpoint(endpoint);
  if (handle.engine === here) return;
  throw new BottleError('backend-unavailable', `The bottle "${slug}" was started at the Docker engine ${handle.engine}, but this is ${here}.`, {
    hint: 'Choose that engine again with DOCKER_HOST or docker context use.',
  });
}

/** Whether the bridge still shows a workspace of which this engine holds the only copy. */
async function holdsWork({ docker }: Engine, handle: Handle, signal: AbortSignal): Promise<boolean> {
  return handle.pull !== null && (await inspect(docker.getContainer(handle.bridge), signal)) !== undefined;
}

async function inspect(container: Dockerode.Container, abortSignal: AbortSignal): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await container.inspect({ abortSignal });
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
}
