import type Dockerode from 'dockerode';
import { statusOf } from '../engine/engineError.ts';
import { labelFilter } from './objects.ts';

const gone = 404;
const beingRemoved = 409;

/**
 * Ends and removes every container and then every volume that carries all of `labels`. Idempotent, also against a
 * second remover at the same time. Returns the names of what it removed; throws when something stays.
 */
export async function removeLabelled(docker: Dockerode, labels: Readonly<Record<string, string>>): Promise<string[]> {
  const filters = labelFilter(labels);
  const containers = await docker.listContainers({ all: true, filters });
  const names = await Promise.all(
    containers.map(async (found) => {
      await removeContainer(docker, found.Id);
      return found.Names[0]?.replace(/^\//, '') ?? found.Id;
    }),
  );
  const { Volumes: volumes } = await docker.listVolumes({ filters });
  // The engine answers null instead of an empty list.
  for (const volume of volumes ?? []) {
    await ignoring(gone, docker.getVolume(volume.Name).remove());
    names.push(volume.Name);
  }
  return names;
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
