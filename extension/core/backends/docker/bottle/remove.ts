import type Dockerode from 'dockerode';
import { statusOf } from '../engine/engineError.ts';
import { isOrphaned } from '../../../process/throwaway.ts';
import { labelFilter, labels } from './objects.ts';

const gone = 404;
const beingRemoved = 409;

/**
 * Ends and removes every container and then every volume that carries all of the wanted labels. Idempotent, also against a
 * second remover at the same time. Returns the names of what it removed; throws when something stays.
 */
export async function removeLabelled(docker: Dockerode, wanted: Readonly<Record<string, string>>): Promise<string[]> {
  return removeObjects(docker, labelFilter(wanted), () => true);
}

/** Removes what crashed processes left of their questions to the engine. Returns the names. */
export async function removeOrphanedProbes(docker: Dockerode): Promise<string[]> {
  return removeObjects(docker, { label: [labels.probe] }, isOrphaned);
}

async function removeObjects(docker: Dockerode, filters: { label: string[] }, wanted: (name: string) => boolean): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters });
  const named = containers.map(({ Id: id, Names: [name] }) => ({ id, name: name?.replace(/^\//, '') ?? id })).filter(({ name }) => wanted(name));
  await Promise.all(named.map(({ id }) => removeContainer(docker, id)));
  // The engine answers null instead of an empty list.
  const volumes = ((await docker.listVolumes({ filters })).Volumes ?? []).map(({ Name: name }) => name).filter(wanted);
  for (const name of volumes) await ignoring(gone, docker.getVolume(name).remove());
  return [...named.map(({ name }) => name), ...volumes];
}

/** Kills and removes one container and waits until it is gone. */
export async function removeContainer(docker: Dockerode, id: string): Promise<void> {
  const container = docker.getContainer(id);
  try {
    await container.remove({ force: true });
  } catch (thrown) {
    if (statusOf(thrown) === gone) return;
    if (statusOf(thrown) !== beingRemoved) throw thrown;
    await ignoring(gone, container.wait({ condition: 'removed' }));
  }
}

async function ignoring(status: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (statusOf(thrown) !== status) throw thrown;
  }
}
