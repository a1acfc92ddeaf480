import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { BottleError } from '../../../errors.ts';
import { bridgeWorkspace } from '../containers/bridge.ts';
import { statusOf } from '../engine/engineError.ts';
import { demux } from './demux.ts';
import { startExec } from './exec.ts';

const namesSchema = z.record(z.string(), z.array(z.string()));

/**
 * Names in folders of the merged workspace, read by our own program in the bridge, which the agent cannot reach. It runs
 * with the agent's ids, so that it may read what the agent may. An engine that was restarted has the bridge started.
 */
export async function readMergedNames(bridge: Dockerode.Container, user: string, folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  await bridge.start().catch((thrown: unknown) => {
    if (statusOf(thrown) !== 304) throw thrown;
  });
  const raw = await startExec({ container: bridge, user, workdir: '/app' }, ['node', '/app/names.js', bridgeWorkspace], false);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  void demux(raw.stream, stdout, stderr);
  raw.stream.end(JSON.stringify(folders));
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const code = await raw.exitCode();
  if (code !== 0) throw new BottleError('backend-failed', `The workspace in the bottle could not be read: ${err.trim().slice(-300)}`);
  return new Map(Object.entries(namesSchema.parse(JSON.parse(out))));
}
