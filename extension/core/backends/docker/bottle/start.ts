import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import { removeTree } from '../../../files/removeTree.ts';
import type { Log, Progress, Runtime } from '../../../ports.ts';
import type { BottleSpec, RunningBottle } from '../../backend.ts';
import { dockerProfile } from '../../shared/seccomp/dockerProfile.ts';
import { agentContainer } from '../containers/agent.ts';
import { bridgeContainer } from '../containers/bridge.ts';
import type { ContainerContext } from '../containers/context.ts';
import { extraHosts } from '../containers/extraHosts.ts';
import { guestArchive, guestEntries, guestFolder } from '../containers/guest.ts';
import { sidecarContainer } from '../containers/sidecar.ts';
import { describeEndpoint } from '../engine/endpoint.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError } from '../engine/engineError.ts';
import { localityOf } from '../engine/locality.ts';
import { ensureImage } from '../images/ensure.ts';
import { fillVolume } from '../workspace/fill.ts';
import { configureSidecar } from './configure.ts';
import type { Handle } from './handle.ts';
import { homeId } from './homeId.ts';
import { hostFolders, prepareHostSide, presentFiles, selfIds, sidecarUser } from './hostSide.ts';
import type { LogMirrors } from './logMirror.ts';
import { labels } from './objects.ts';
import { removeLabelled } from './remove.ts';
import { runningBottle } from './running.ts';
import { settleAll } from './settleAll.ts';
import { createVolumes } from './volumes.ts';
import type { ExitWaits } from './waits.ts';

/** What a start needs besides the bottle. */
export interface StartDeps {
  readonly engine: Engine;
  readonly runtime: Runtime;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly waits: ExitWaits;
  readonly mirrors: LogMirrors;
  readonly log: Log;
}

/** See `Backend.start`. Calls are never cut off half way: abort is looked at between them, then everything is removed. */
export async function startBottle(deps: StartDeps, spec: BottleSpec, progress: Progress, signal: AbortSignal): Promise<RunningBottle> {
  const { endpoint } = deps.engine;
  const context = await contextOf(deps, spec, progress, signal);
  progress.report({ name: 'Creating the bottle' });
  try {
    if (context.host !== null) await prepareHostSide(spec, context.sidecarUser, context.host);
    const handle = await createObjects(deps, context, signal);
    return runningBottle({ engine: deps.engine, slug: spec.slug, handle, owner: spec.owner, guestWorkspace: spec.guestWorkspace, waits: deps.waits, mirrors: deps.mirrors, log: deps.log, ended: undefined });
  } catch (thrown) {
    await removeLabelled(deps.engine, { [labels.start]: context.identity.start });
    if (context.host !== null) await removeTree(context.host.root);
    if (signal.aborted) throw cancelled(thrown);
    throw engineError(thrown, endpoint, 'start the bottle');
  }
}

async function createObjects(deps: StartDeps, context: ContainerContext, signal: AbortSignal): Promise<Handle> {
  const { docker } = deps.engine;
  const { spec, identity, host } = context;
  const way = { sidecarUser: context.sidecarUser, host: host?.root ?? null };
  await createVolumes(docker, context);
  checkAborted(signal);
  const [bridge, sidecar, agent] = await settleAll<[Dockerode.Container, Dockerode.Container, Dockerode.Container]>([
    docker.createContainer(bridgeContainer(context)),
    docker.createContainer(sidecarContainer(context)),
    docker.createContainer(agentContainer(context)),
  ]);
  checkAborted(signal);
  const agentStarted = settleAll<unknown>([
    bridge.start(),
    ...(context.host === null ? [sendGuestFiles(bridge, spec), fillVolume(docker, context, signal)] : []),
  ]).then(() => {
    checkAborted(signal);
    return agent.start();
  });
  const configured = sidecar.start().then(() => {
    checkAborted(signal);
    return configureSidecar(sidecar, way, spec.sidecar, signal);
  });
  await settleAll<unknown>([agentStarted, configured]);
  checkAborted(signal);
  await settleAll<unknown>([checkRuns(bridge, 'bridge'), checkRuns(sidecar, 'egress sidecar')]);
  const pull = host === null && spec.workspace.mode === 'copy' ? spec.workspace.dir : null;
  const log = host === null ? join(hostFolders(spec.stateDir).egress, 'log.jsonl') : null;
  return { ...way, engine: describeEndpoint(deps.engine.endpoint), log, home: identity.home, start: identity.start, agent: agent.id, bridge: bridge.id, sidecar: sidecar.id, pull };
}

async function sendGuestFiles(bridge: Dockerode.Container, spec: BottleSpec): Promise<void> {
  await bridge.putArchive(await guestArchive(guestEntries(spec), spec.owner), { path: guestFolder });
}

async function contextOf(deps: StartDeps, spec: BottleSpec, progress: Progress, signal: AbortSignal): Promise<ContainerContext> {
  const { engine } = deps;
  if (spec.owner.uid === 0) throw new BottleError('backend-cannot', 'An agent never runs as root.');
  const locality = localityOf(engine);
  if (!locality.local && (spec.workspace.mode === 'overlay' || spec.mounts.length > 0)) {
    throw new BottleError('backend-cannot', `Folders of this machine cannot be mounted, because ${locality.reason}.`);
  }
  const images = { docker: engine.docker, runtime: deps.runtime, env: deps.env };
  try {
    const [sidecar, agent] = await settleAll<[string, string]>([
      ensureImage(images, 'sidecar', progress, signal),
      ensureImage(images, spec.image.name, progress, signal),
    ]);
    checkAborted(signal);
    const user = sidecarUser(selfIds());
    const host = locality.local ? hostFolders(spec.stateDir) : null;
    const hosts = spec.sidecar.routes.routes.map((route) => route.host);
    return {
      spec,
      identity: { slug: spec.slug, home: await homeId(dirname(spec.stateDir)), start: randomBytes(8).toString('hex') },
      images: { sidecar, agent },
      host,
      sidecarUser: user,
      engineCpus: engine.info.NCPU,
      seccomp: JSON.stringify(dockerProfile()),
      masked: host === null ? [] : await presentFiles(spec),
      extraHosts: extraHosts(await readFile('/etc/hosts', 'utf8').catch(() => ''), hosts, locality.local),
    };
  } catch (thrown) {
    if (signal.aborted) throw cancelled(thrown);
    throw engineError(thrown, engine.endpoint, 'prepare the images', 'image-failed');
  }
}

async function checkRuns(container: Dockerode.Container, name: string): Promise<void> {
  const { State: state } = await container.inspect();
  if (!state.Running) throw new BottleError('backend-failed', `The ${name} ended at once with exit code ${state.ExitCode}.`);
}

function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal.reason);
}

function cancelled(cause: unknown): BottleError {
  return new BottleError('cancelled', 'The start of the bottle was cancelled.', { cause });
}
