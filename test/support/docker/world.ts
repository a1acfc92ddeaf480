import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { createDockerBackend } from '../../../extension/core/backends/docker/backend.ts';
import { silentLog, type Runtime } from '../../../extension/core/ports.ts';
import type { BackendWorld } from '../backends/world.ts';
import { localBase } from './base.ts';
import { sidecarRuntime } from './runtime.ts';

/** The docker world with what docker's own tests look at besides. */
export interface DockerWorld extends BackendWorld {
  readonly docker: Dockerode;
  readonly runtime: Runtime;
  /** What the backend was given; tests add to it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The engine of this machine, images built from the local base, and a folder everybody may walk into. */
export async function dockerWorld(extra: Readonly<Record<string, string>> = {}): Promise<DockerWorld> {
  const docker = new Dockerode({ socketPath: '/var/run/docker.sock' });
  await docker.ping().catch((cause: unknown) => {
    throw new Error('No Docker engine answers at /var/run/docker.sock; these tests need one (apt-get install docker.io, dockerd).', { cause });
  });
  const [base, built] = await Promise.all([localBase(), sidecarRuntime()]);
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-docker-'));
  await chmod(folder, 0o755);
  const env = { HOME: folder, PATH: process.env['PATH'] ?? '', BOT_BOTTLE_BASE_IMAGE: base, ...extra };
  const backend = createDockerBackend({ runtime: built.runtime, log: silentLog, env });
  return {
    backend,
    docker,
    env,
    runtime: built.runtime,
    isolates: true,
    modes: ['overlay', 'copy'],
    owner: process.geteuid?.() === 0 ? { uid: 1000, gid: 1000 } : { uid: process.geteuid?.() ?? 1000, gid: process.getegid?.() ?? 1000 },
    folder,
    crash: async (bottle) => {
      const sidecar = String(bottle.handle['sidecar']);
      await docker.getContainer(sidecar).kill();
    },
    leftovers: (slug) => objectsOf(docker, slug),
    close: async () => {
      await built.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Names of all containers and volumes that carry the slug in a label or in their name. */
export async function objectsOf(docker: Dockerode, slug: string): Promise<string[]> {
  const [containers, volumes] = await Promise.all([docker.listContainers({ all: true }), docker.listVolumes()]);
  const named = [...containers.map((one) => [one.Names.join(), one.Labels] as const), ...(volumes.Volumes ?? []).map((one) => [one.Name, one.Labels] as const)];
  return named.flatMap(([name, labels]) => (name.includes(slug) || Object.values(labels ?? {}).includes(slug) ? [name] : []));
}
