import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { pack as createPack } from 'tar-stream';
import type { WorkspaceMode } from '../../../../../schemas/protocol/bottle.ts';
import { removeThrowaway, throwawayName } from '../../../process/throwaway.ts';
import type { Owner } from '../../backend.ts';
import { labels } from '../bottle/objects.ts';
import { overlayOptions, overlayPathProblem } from '../containers/overlay.ts';
import type { Engine } from '../engine/engine.ts';
import { engineWords } from '../engine/engineError.ts';
import { localityOf } from '../engine/locality.ts';

type Choice = { readonly mode: WorkspaceMode; readonly reason: string };

/** A one-file image, so that the probe needs neither a registry nor one of our images. Never run. */
const probeImage = 'bot-bottle-probe:1';

/** See `Backend.workspaceMode`. Overlay only after this engine has shown that it mounts this very folder. */
export async function chooseWorkspaceMode(engine: Engine, host: string, owner: Owner, signal: AbortSignal): Promise<Choice> {
  const copy = (why: string): Choice => ({ mode: 'copy', reason: `Copied, because ${why}.` });
  const locality = localityOf(engine);
  if (!locality.local) return copy(locality.reason);
  const odd = overlayPathProblem(host);
  if (odd !== undefined) return copy(odd);
  const stat = await lstat(host).catch(() => undefined);
  if (stat?.uid !== owner.uid) return copy('the folder does not belong to the user the agent runs as');
  const failure = await probeOverlay(engine.docker, host, signal);
  if (failure !== undefined) return copy(`the engine cannot mount an overlay of it (${failure})`);
  return { mode: 'overlay', reason: 'An overlay: the engine mounts the folder read-only under a layer that takes the changes.' };
}

/** Mounts the folder under a throw-away layer in a container that never runs, and looks for a token in that layer. */
async function probeOverlay(docker: Dockerode, lower: string, signal: AbortSignal): Promise<string | undefined> {
  const name = throwawayName('probe');
  const token = `.${name}`;
  const folder = join(tmpdir(), name);
  await mkdir(folder, { mode: 0o700 });
  try {
    const layer = { mode: 'overlay', lower, upper: join(folder, 'upper'), work: join(folder, 'work') } as const;
    await mkdir(layer.upper);
    await mkdir(layer.work);
    await writeFile(join(layer.upper, token), name);
    await ensureProbeImage(docker);
    signal.throwIfAborted();
    await docker.createVolume({ Name: name, Driver: 'local', DriverOpts: overlayOptions(layer), Labels: { [labels.probe]: 'workspace' } });
    const container = await docker.createContainer({
      name,
      Image: probeImage,
      Cmd: ['none'],
      Labels: { [labels.probe]: 'workspace' },
      HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: name, Target: '/workspace' }] },
    });
    const archive = await container.getArchive({ path: `/workspace/${token}` });
    const seen = await buffer(archive);
    return seen.includes(name) ? undefined : 'it shows another folder';
  } catch (thrown) {
    signal.throwIfAborted();
    return engineWords(thrown);
  } finally {
    await docker.getContainer(name).remove({ force: true }).catch(() => undefined);
    await docker.getVolume(name).remove().catch(() => undefined);
    await removeThrowaway(folder);
  }
}

async function ensureProbeImage(docker: Dockerode): Promise<void> {
  const present = await docker.getImage(probeImage).inspect().then(
    () => true,
    () => false,
  );
  if (present) return;
  const pack = createPack();
  pack.entry({ name: 'none', mode: 0o444 }, '');
  pack.finalize();
  const [repo = '', tag = ''] = probeImage.split(':');
  const answer = await docker.importImage(Readable.from(await buffer(pack)), { repo, tag });
  await buffer(answer);
}
