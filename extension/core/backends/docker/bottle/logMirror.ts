import { open } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import { ControlClient } from '../../../egress/controlClient.ts';
import { toBottleError } from '../../../errors.ts';
import type { Log } from '../../../ports.ts';
import { openControl, type ControlWay } from './control.ts';

/** Brings the egress logs of sidecars elsewhere to this machine while this process lives, one channel a bottle. */
export interface LogMirrors {
  /** Follows from where `file` ends. Does nothing when this process follows that sidecar already. */
  follow(sidecar: Dockerode.Container, way: ControlWay, file: string): void;
}

/** One per backend. A mirror that breaks is said in the log and taken up again by the next start or adoption. */
export function createLogMirrors(log: Log): LogMirrors {
  const followed = new Set<string>();
  return {
    follow: (sidecar, way, file) => {
      if (followed.has(sidecar.id)) return;
      followed.add(sidecar.id);
      mirror(sidecar, way, file)
        .catch((thrown: unknown) => log.warn(`The egress log is not being copied: ${toBottleError(thrown).message}`))
        .finally(() => followed.delete(sidecar.id));
    },
  };
}

/** Runs until the sidecar hangs up. Each line goes to its own place in the file, so several mirrors write the same. */
async function mirror(sidecar: Dockerode.Container, way: ControlWay, path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
  const file = await open(path, 'r+');
  try {
    const client = await ControlClient.connect(await openControl(sidecar, way));
    let written = Promise.resolve<unknown>(undefined);
    await client.follow((await file.stat()).size, ({ offset, line }) => {
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      written = written.then(() => file.write(text, 0, text.length, Math.max(0, offset - text.length)));
    });
    await client.closed;
    await written;
  } finally {
    await file.close();
  }
}
