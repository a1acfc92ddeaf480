import type { BottleMetadata } from '../../../../../schemas/protocol/bottle.ts';
import type { RunningBottle } from '../../backend.ts';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engineError.ts';
import { handleSchema } from './handle.ts';
import type { LogMirrors } from './logMirror.ts';
import { labels } from './objects.ts';
import { runningBottle } from './running.ts';
import type { ExitWaits } from './waits.ts';

/** Finds the bottle that `metadata` speaks of; undefined when its agent's container does not exist any more. */
export async function adoptBottle(engine: Engine, metadata: BottleMetadata, waits: ExitWaits, mirrors: LogMirrors): Promise<RunningBottle | undefined> {
  const handle = handleSchema.safeParse(metadata.handle);
  if (!handle.success) return undefined;
  let running = false;
  try {
    const found = await engine.docker.getContainer(handle.data.agent).inspect();
    if (found.Config.Labels[labels.start] !== handle.data.start) return undefined;
    running = found.State.Running;
    if (!running) waits.ended(handle.data.agent, found.State.ExitCode);
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
  return runningBottle({
    engine,
    slug: metadata.slug,
    handle: handle.data,
    owner: metadata.owner,
    guestWorkspace: metadata.workspace.guest,
    waits,
    mirrors: running ? mirrors : null,
  });
}
