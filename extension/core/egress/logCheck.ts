import type { DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { toBottleError } from '../errors.ts';
import { ControlClient } from './controlClient.ts';

/** Whether a running bottle's proxy answers and its log is complete. */
export async function logCheck(slug: string, bottle: Pick<RunningBottle, 'control'>): Promise<DoctorCheck> {
  const id = `bottle.${slug}.log`;
  try {
    const client = await ControlClient.connect(await bottle.control());
    try {
      const { logMissing } = await client.health();
      if (logMissing === 0) return { id, ok: true, detail: 'every request is on record', fix: '' };
      return { id, ok: false, detail: `${logMissing} lines of the egress log could not be written`, fix: `Make room on the disk that holds the state folder of ${slug}.` };
    } finally {
      await client.close();
    }
  } catch (thrown) {
    return { id, ok: false, detail: `the proxy of ${slug} does not answer: ${toBottleError(thrown).message}`, fix: `bot-bottle stop ${slug}, and start it again.` };
  }
}
