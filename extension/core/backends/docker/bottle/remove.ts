import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import { isOrphaned } from '../../../process/throwaway.ts';
import type { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engineError.ts';
import { localityOf } from '../engine/locality.ts';
import { inTime } from '../engine/patience.ts';
import { endProcesses } from './endProcesses.ts';
import { labelFilter, labels, type Role } from './objects.ts';
import { settleAll } from './settleAll.ts';

const gone = 404;
const beingRemoved = 409;

/** Longest wait for the engine to remove one container, in ms. */
const patienceMs = 10_000;

/** The bridge shows the only copy of a remote workspace, so it stays until nobody writes there any more. */
const last: Role = 'bridge';

interface Found {
  readonly id: string;
  readonly name: string;
  readonly role: string | undefined;
}

/**
 * Ends and removes every container and then every volume that carries all of the wanted labels. The way out of the bottle
 * is cut whatever becomes of the rest. Idempotent, also against a second remover at the same time. Returns the names of
 * what it removed; throws when something stays.
 */
export async function removeLabelled(engine: Pick<Engine, 'docker' | 'endpoint' | 'info'>, wanted: Readonly<Record<string, string>>, ms = patienceMs): Promise<string[]> {
  const { local } = localityOf(engine);
  return removeObjects(engine.docker, labelFilter(wanted), () => true, async (found) => {
    try {
      await removeContainer(engine.docker, found, ms);
    } catch (thrown) {
      // The engine waits for a process that the agent stopped. Here we can end that ourselves.
      if (!local || (await endProcesses(found.id)) === 0) throw thrown;
      await removeContainer(engine.docker, found, ms);
    }
  });
}

/** Removes what crashed processes left of their questions to the engine. Returns the names. */
export async function removeOrphanedProbes(docker: Dockerode): Promise<string[]> {
  return removeObjects(docker, { label: [labels.probe] }, isOrphaned, (found) => removeContainer(docker, found));
}

async function removeObjects(docker: Dockerode, filters: { label: string[] }, wanted: (name: string) => boolean, remove: (found: Found) => Promise<void>): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters });
  const named = containers
    .map(({ Id: id, Names: [name], Labels: { [labels.role]: role } }): Found => ({ id, name: name?.replace(/^\//, '') ?? id, role }))
    .filter(({ name }) => wanted(name));
  await settleAll(named.filter(({ role }) => role !== last).map(remove));
  await settleAll(named.filter(({ role }) => role === last).map(remove));
  // The engine answers null instead of an empty list.
  const volumes = ((await docker.listVolumes({ filters })).Volumes ?? []).map(({ Name: name }) => name).filter(wanted);
  for (const name of volumes) await ignoring(gone, docker.getVolume(name).remove());
  return [...named.map(({ name }) => name), ...volumes];
}

/** Kills and removes one container and waits until it is gone. */
export async function removeContainer(docker: Dockerode, { id, name }: Pick<Found, 'id' | 'name'>, ms = patienceMs): Promise<void> {
  const container = docker.getContainer(id);
  const late = (): BottleError =>
    new BottleError('backend-failed', `The Docker engine does not remove the container ${name}.`, {
      hint: `Run this as root on the engine's machine, then try again: grep -ls ${id} /proc/[0-9]*/cgroup | cut -d/ -f3 | xargs kill -9`,
    });
  await inTime(ms, late, async (abortSignal) => {
    try {
      await container.remove({ force: true, abortSignal });
    } catch (thrown) {
      if (statusOf(thrown) === gone) return;
      if (statusOf(thrown) !== beingRemoved) throw thrown;
      await ignoring(gone, container.wait({ condition: 'removed', abortSignal }));
    }
  });
}

async function ignoring(status: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (statusOf(thrown) !== status) throw thrown;
  }
}
