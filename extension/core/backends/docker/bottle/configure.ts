import { addAbortListener } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import type { SidecarConfig } from '../../../../../schemas/protocol/control.ts';
import { ControlClient } from '../../../egress/controlClient.ts';
import { BottleError } from '../../../errors.ts';
import { openControl, type ControlWay } from './control.ts';
import { demux } from './demux.ts';

/** Gives the sidecar its routes, credentials and authority, and returns when it has acknowledged them. */
export async function configureSidecar(sidecar: Dockerode.Container, way: ControlWay, config: SidecarConfig, signal: AbortSignal): Promise<void> {
  try {
    const stream = await openControl(sidecar, way, signal);
    const abort = addAbortListener(signal, () => stream.destroy());
    try {
      const client = await ControlClient.connect(stream);
      await client.configure(config);
      await client.close();
    } finally {
      abort[Symbol.dispose]();
    }
  } catch (cause) {
    const words = scrub(await lastWords(sidecar), config);
    throw new BottleError('backend-failed', `The egress sidecar could not be set up${words === '' ? '' : `; it said: ${words}`}.`, { cause });
  }
}

/** What a container of ours wrote last, to explain why it is not there any more. */
async function lastWords(container: Dockerode.Container): Promise<string> {
  try {
    const logs = await container.logs({ stdout: true, stderr: true, follow: false, tail: 8 });
    const said = new PassThrough();
    const [words] = await Promise.all([text(said), demux(Readable.from([logs]), said, said)]);
    return words.trim().slice(-600);
  } catch {
    return '';
  }
}

/** Takes every credential out of a text. */
function scrub(words: string, config: SidecarConfig): string {
  return Object.values(config.credentials).reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '…')), words);
}
