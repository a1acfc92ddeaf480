import { once } from 'node:events';
import { lstat, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough, type Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import { controlSocket } from '../containers/sidecar.ts';
import { joinStreams } from '../engine/joined.ts';
import { demux } from './demux.ts';
import { startExec } from './exec.ts';
import type { Handle } from './handle.ts';

/** How the control socket is reached: through our folder, or through a program run in the sidecar's container. */
export type ControlWay = Pick<Handle, 'host' | 'sidecarUser'>;

const socketName = 'control.sock';
const patienceMs = 15_000;

/** Waits for the socket, which the sidecar makes when it is up, then becomes the carrier. */
const carrier = 'n=0; while [ ! -S "$1" ]; do n=$((n+1)); [ $n -gt 300 ] && exit 69; sleep 0.05; done; exec node /app/control-stdio.js "$1"';

/** A stream to the sidecar's control socket, waiting for a sidecar that is still starting. */
export async function openControl(sidecar: Dockerode.Container, way: ControlWay, signal = AbortSignal.timeout(patienceMs)): Promise<Duplex> {
  if (way.host !== null) return openShared(sidecar, join(way.host, 'control'), signal);
  const place = { container: sidecar, user: way.sidecarUser, workdir: '/app' };
  const raw = await startExec(place, ['/bin/sh', '-c', carrier, 'sh', controlSocket], false);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stderr.resume();
  void demux(raw.stream, stdout, stderr);
  return joinStreams(stdout, raw.stream);
}

/** Connects to the socket in a folder shared with the sidecar. */
async function openShared(sidecar: Dockerode.Container, folder: string, signal: AbortSignal): Promise<Duplex> {
  // The path of a unix socket is limited to 107 bytes; through the open folder it is short wherever the folder is.
  const held = await open(folder).catch((cause: unknown) => {
    throw new BottleError('not-found', 'The bottle does not run.', { cause });
  });
  const path = `/proc/self/fd/${held.fd}/${socketName}`;
  try {
    const until = Date.now() + patienceMs;
    for (let tries = 1; ; tries += 1) {
      const stream = await tryConnect(path);
      if (stream !== undefined) return stream;
      signal.throwIfAborted();
      const lost = Date.now() > until || (tries % 25 === 0 && !(await isUp(sidecar)));
      if (lost) throw new BottleError('backend-failed', 'The sidecar does not answer on its control socket.');
      await delay(20);
    }
  } finally {
    await held.close();
  }
}

async function tryConnect(path: string): Promise<Duplex | undefined> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat === undefined) return undefined;
  // The sidecar owns this folder: a link in it could lead us to another service.
  if (!stat.isSocket()) throw new BottleError('refused', 'The control socket of the sidecar is not a socket.');
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    socket.destroy();
    return undefined;
  }
}

async function isUp(container: Dockerode.Container): Promise<boolean> {
  const { State: state } = await container.inspect();
  return state.Running;
}
