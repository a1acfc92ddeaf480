import type Dockerode from 'dockerode';
import type { BottleMetadata } from '../../../../../schemas/protocol/bottle.ts';
import { BottleError } from '../../../errors.ts';
import type { RunningBottle } from '../../backend.ts';
import { describeEndpoint } from '../engine/endpoint.ts';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engineError.ts';
import { type Handle, handleSchema } from './handle.ts';
import type { LogMirrors } from './logMirror.ts';
import { labels } from './objects.ts';
import { runningBottle } from './running.ts';
import type { ExitWaits } from './waits.ts';

/** Exit code of an agent whose container somebody removed. */
const removed = 137;

/**
 * Finds the bottle that `metadata` speaks of; undefined when nothing of it exists any more. Throws `backend-unavailable`
 * when it was started at another engine: not to be found here says nothing about it.
 */
export async function adoptBottle(engine: Engine, metadata: BottleMetadata, waits: ExitWaits, mirrors: LogMirrors): Promise<RunningBottle | undefined> {
  const handle = handleSchema.safeParse(metadata.handle).data;
  if (handle === undefined) return undefined;
  const found = await agentOf(engine, handle);
  if (found === undefined) {
    checkEngine(engine, handle, metadata.slug);
    if (!(await holdsWork(engine, handle))) return undefined;
  }
  const ended = found?.running === true ? undefined : (found?.code ?? removed);
  if (ended !== undefined) waits.ended(handle.agent, ended);
  return runningBottle({ engine, slug: metadata.slug, handle, owner: metadata.owner, guestWorkspace: metadata.workspace.guest, waits, mirrors, ended });
}

async function agentOf({ docker }: Engine, handle: Handle): Promise<{ readonly running: boolean; readonly code: number } | undefined> {
  const found = await inspect(docker.getContainer(handle.agent));
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
async function holdsWork({ docker }: Engine, handle: Handle): Promise<boolean> {
  return handle.pull !== null && (await inspect(docker.getContainer(handle.bridge))) !== undefined;
}

async function inspect(container: Dockerode.Container): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await container.inspect();
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
}
