import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { labelsOf, objectName } from '../bottle/objects.ts';
import { removeContainer } from '../bottle/remove.ts';
import { bridgeWorkspace } from '../containers/bridge.ts';
import type { ContainerContext } from '../containers/context.ts';
import { packFolder } from './pack.ts';

/**
 * Sends the prepared copy into the workspace volume. The engine unpacks it through a container that never runs: its root
 * is writable, so that the archive can also give the volume's top folder to the agent.
 */
export async function fillVolume(docker: Dockerode, context: ContainerContext, signal: AbortSignal): Promise<void> {
  const { spec, identity } = context;
  if (spec.workspace.mode !== 'copy') return;
  const filler = await docker.createContainer({
    name: objectName(identity, 'filler'),
    Image: context.images.sidecar,
    Labels: labelsOf(identity, 'filler'),
    Entrypoint: [],
    Cmd: ['false'],
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], Mounts: [{ Type: 'volume', Source: objectName(identity, 'workspace'), Target: bridgeWorkspace }] },
  });
  const archive = Readable.from(packFolder(spec.workspace.dir, bridgeWorkspace.slice(1), spec.owner, new Set(spec.hidden)), { objectMode: false });
  const cut = (): void => void archive.destroy(new Error('cancelled'));
  signal.addEventListener('abort', cut, { once: true });
  try {
    await filler.putArchive(archive, { path: '/' });
  } finally {
    signal.removeEventListener('abort', cut);
    await removeContainer(docker, { id: filler.id, name: objectName(identity, 'filler') });
  }
}
