import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chown, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type InitConfig, outerPaths } from '../../../../schemas/protocol/bottleInit.ts';
import { ControlClient } from '../../egress/controlClient.ts';
import { BottleError, toBottleError } from '../../errors.ts';
import type { Log, Progress, Runtime } from '../../ports.ts';
import type { BottleSpec, Owner, RunningBottle } from '../backend.ts';
import { currentArchitecture, seccompFilter } from '../shared/seccomp/filter.ts';
import { keeperEventSchema, type KeeperConfig, keepWord } from './keeper/config.ts';
import { closingInherited } from './inherited.ts';
import { outerCommand, outerWorkspace, sidecarCommand, toolPath } from './launch.ts';
import { planLimits } from './limits.ts';
import { createRunFolder, type RunPlaces, runPlacesOf, runRootOf } from './places.ts';
import { identify, type ProcessId } from './processes.ts';
import { cgroupNameOf, exitFileOf, removeBottle, runningBottle } from './running.ts';

export interface StartDependencies {
  readonly runtime: Runtime;
  readonly log: Log;
  readonly self: Owner;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Sidecar and agent are there within a second; a machine under load gets this long. Milliseconds. */
const startMs = 30_000;
const retryMs = 5;

const egressPort = 9099;

/** Starts a bottle; whatever fails on the way, or an abort, removes all of it again. */
export async function startBottle(deps: StartDependencies, spec: BottleSpec, progress: Progress, abort: AbortSignal): Promise<RunningBottle> {
  if (spec.owner.uid === 0 || spec.owner.gid === 0) throw new BottleError('refused', 'An agent never runs as root.', { hint: 'Choose a workspace that an ordinary user owns.' });
  if (abort.aborted) throw cancelled();
  const root = runRootOf(deps.self.uid, deps.env);
  const places = runPlacesOf(root, spec.slug, spec.stateDir);
  const config = keeperConfig(deps, spec, places);
  await createRunFolder(root, places, { slug: spec.slug, stateDir: spec.stateDir }, spec.owner, deps.self.uid);
  let keeper: ProcessId | undefined;
  try {
    if (deps.self.uid === 0) await chown(join(spec.stateDir, 'egress'), spec.owner.uid, spec.owner.gid);
    progress.report({ name: 'Starting the bottle', fraction: 0.3 });
    const child = await spawnKeeper(deps, spec);
    keeper = child.pid === undefined ? undefined : identify(child.pid);
    if (keeper === undefined) throw new BottleError('backend-failed', 'The keeper process ended at once.', { hint: `See ${logFile(spec)}.` });
    const giveUp = AbortSignal.any([abort, AbortSignal.timeout(startMs)]);
    const failed = new AbortController();
    const stopWaiting = AbortSignal.any([giveUp, failed.signal]);
    child.stdin?.write(`${JSON.stringify(config)}\n`);
    try {
      await Promise.all([agentRuns(child, stopWaiting), configureSidecar(places, spec, stopWaiting)]);
    } catch (error) {
      failed.abort();
      throw error;
    }
    child.stdin?.end(`${keepWord}\n`);
    letGo(child);
    progress.report({ name: 'Running', fraction: 1 });
    return runningBottle(spec.slug, { keeper, runFolder: places.folder, stateDir: spec.stateDir }, undefined);
  } catch (error) {
    await removeBottle(keeper, places).catch((problem: unknown) => deps.log.error(`Removing a failed start: ${String(problem)}`));
    throw abort.aborted ? cancelled(error) : toBottleError(error, 'backend-failed');
  }
}

function keeperConfig(deps: StartDependencies, spec: BottleSpec, places: RunPlaces): KeeperConfig {
  const architecture = currentArchitecture();
  if (architecture === undefined) throw new BottleError('backend-cannot', `There is no system call filter for ${process.arch}.`, { hint: 'Use the docker backend.' });
  const name = cgroupNameOf(places);
  const limits = planLimits(name, spec.limits, deps.self.uid, deps.env);
  if (limits.kind === 'process limits') deps.log.warn(limits.says);
  const init: InitConfig = {
    slug: spec.slug,
    argv: [...spec.argv],
    env: { ...spec.env },
    uid: spec.owner.uid,
    gid: spec.owner.gid,
    guestHome: spec.guestHome,
    guestWorkspace: spec.guestWorkspace,
    files: spec.files.map(({ path, mode, content }) => ({ path, mode, base64: Buffer.from(content).toString('base64') })),
    caCertPem: spec.caCertPem,
    workspace: outerWorkspace(spec),
    hidden: [...spec.hidden],
    mounts: spec.mounts.map(({ guest }, index) => ({ from: join(outerPaths.mounts, String(index)), guest })),
    limits: {
      pids: spec.limits.pids,
      tmpBytes: spec.limits.tmpBytes,
      fileBytes: spec.limits.fileBytes,
      ...(spec.limits.sessionMs === undefined ? {} : { sessionMs: spec.limits.sessionMs }),
      ...(spec.limits.idleMs === undefined ? {} : { idleMs: spec.limits.idleMs }),
      ...(spec.limits.diskBytes === undefined ? {} : { diskBytes: spec.limits.diskBytes }),
      ...(limits.processMemoryBytes === undefined ? {} : { processMemoryBytes: limits.processMemoryBytes }),
    },
    size: spec.size,
    ports: [{ port: egressPort, socketPath: join(outerPaths.sockets, 'egress.sock') }],
    seccompBase64: seccompFilter(architecture).toString('base64'),
  };
  return {
    slug: spec.slug,
    outer: [...limits.prefix, ...outerCommand(spec, deps.runtime, places, deps.self)],
    sidecar: sidecarCommand(spec, deps.runtime, places, deps.self),
    init: JSON.stringify(init),
    cgroups: [...limits.cgroups],
    cgroupName: name,
    processesFile: places.processes,
    exitFile: exitFileOf(spec.stateDir),
  };
}

function logFile(spec: BottleSpec): string {
  return join(spec.stateDir, 'keeper.log');
}

/** In a session of its own, so that neither a closed terminal nor an ended editor reaches it. */
async function spawnKeeper({ runtime, env }: StartDependencies, spec: BottleSpec): Promise<ChildProcess> {
  const [log, nothing] = await Promise.all([open(logFile(spec), 'a', 0o600), open('/dev/null', 'r+')]);
  try {
    const inherited = Object.fromEntries(['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
    const child = spawn(runtime.node, [join(runtime.dist, 'keeper.js'), spec.slug], {
      detached: true,
      cwd: '/',
      env: { PATH: toolPath, ...inherited, ...runtime.nodeEnv },
      stdio: closingInherited(['pipe', 'pipe', log.fd], nothing.fd),
    });
    child.stdin?.on('error', () => undefined);
    await once(child, 'spawn');
    return child;
  } finally {
    await Promise.all([log.close(), nothing.close()]);
  }
}

/** Resolves when init says that the agent runs; rejects when anything of the bottle ends or fails before. */
function agentRuns(child: ChildProcess, stopWaiting: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => reject(new BottleError('backend-failed', message, { hint: 'bot-bottle doctor says what is missing.' }));
    if (child.stdout === null) return fail('The keeper has no output.');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = keeperEventSchema.safeParse(JSON.parse(line)).data;
      if (event?.type === 'started') resolve();
      else if (event?.type === 'failed') fail(event.message);
      else if (event?.type === 'sidecarEnded') fail(`The egress sidecar ended with ${String(event.code)}.`);
    });
    child.once('exit', (code) => fail(`The keeper ended with ${String(code)}.`));
    const stop = (): void => fail('The bottle did not start in time.');
    if (stopWaiting.aborted) stop();
    stopWaiting.addEventListener('abort', stop, { once: true });
  });
}

/** Hands policy and credentials over as soon as the sidecar listens; they go nowhere else. */
async function configureSidecar(places: RunPlaces, spec: BottleSpec, stopWaiting: AbortSignal): Promise<void> {
  for (;;) {
    if (stopWaiting.aborted) throw new BottleError('backend-failed', 'The egress sidecar did not answer in time.');
    const stream = connect({ path: places.controlSocket });
    const there = await once(stream, 'connect').then(() => true, () => false);
    if (there) {
      const client = await ControlClient.connect(stream);
      try {
        return await client.configure(spec.sidecar);
      } finally {
        await client.close();
      }
    }
    await delay(retryMs);
  }
}

/** The keeper goes on without us, and we may end without it. */
function letGo(child: ChildProcess): void {
  child.removeAllListeners('exit');
  child.stdout?.destroy();
  child.unref();
}

function cancelled(cause?: unknown): BottleError {
  return new BottleError('cancelled', 'The start was cancelled.', { cause });
}
