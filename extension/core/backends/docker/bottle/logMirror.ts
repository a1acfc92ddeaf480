import { dirname, join } from 'node:path';
import type Dockerode from 'dockerode';
import { ControlClient } from '../../../egress/controlClient.ts';
import { LogCopy } from '../../../egress/logCopy.ts';
import { toBottleError } from '../../../errors.ts';
import { writeAtomic } from '../../../files/atomic.ts';
import type { Log } from '../../../ports.ts';
import { openControl, type ControlWay } from './control.ts';

/** Brings the egress logs of sidecars elsewhere to this machine while this process lives, one channel a bottle. */
export interface LogMirrors {
  /** Follows from where the copy at `file` ends. Does nothing when this process follows that sidecar already. */
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

/** Runs until the sidecar hangs up. Counters and an incident come along: the bottle is remembered by them. */
async function mirror(sidecar: Dockerode.Container, way: ControlWay, path: string): Promise<void> {
  const client = await ControlClient.connect(await openControl(sidecar, way));
  const copy = await LogCopy.open(path).catch(async (thrown: unknown) => {
    await client.close();
    throw thrown;
  });
  let counted = Promise.resolve();
  const keep = (name: string, value: unknown): void => {
    counted = counted.then(() => writeAtomic(join(dirname(path), name), JSON.stringify(value))).catch(() => undefined);
  };
  client.onUsage((usage) => keep('usage.json', usage));
  client.onIncident((incident) => keep('incident.json', incident));
  try {
    await client.follow(copy.end, (line) => copy.add(line));
    await client.closed;
  } finally {
    await copy.finished();
    await counted;
  }
}
