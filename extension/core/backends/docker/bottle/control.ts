import { PassThrough, type Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { controlSocket } from '../containers/sidecar.ts';
import { joinStreams } from '../engine/joined.ts';
import { demux } from './demux.ts';
import { startExec } from './exec.ts';

/** Waits for the socket, which the sidecar makes when it is up, then becomes the carrier. */
const carrier = 'n=0; while [ ! -S "$1" ]; do n=$((n+1)); [ $n -gt 300 ] && exit 69; sleep 0.05; done; exec node /app/control-stdio.js "$1"';

/** A stream to the sidecar's control socket: the standard streams of a program run in its container. */
export async function openControl(sidecar: Dockerode.Container, user: string): Promise<Duplex> {
  const place = { container: sidecar, user, workdir: '/app' };
  const raw = await startExec(place, ['/bin/sh', '-c', carrier, 'sh', controlSocket], false);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stderr.resume();
  void demux(raw.stream, stdout, stderr);
  return joinStreams(stdout, raw.stream);
}
