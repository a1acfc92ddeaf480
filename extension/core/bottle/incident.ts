import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { incidentSchema, type Incident } from '../../../schemas/protocol/incident.ts';

/** Why the egress of a bottle is closed for good; undefined when it is not. Written by its proxy, or by the copy of its log. */
export async function readIncident(stateDir: string): Promise<Incident | undefined> {
  try {
    return incidentSchema.safeParse(JSON.parse(await readFile(join(stateDir, 'egress', 'incident.json'), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
