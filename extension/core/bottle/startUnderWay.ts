import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { isAlive, processMarkSchema } from './processMark.ts';

/** Whether the process that starts this bottle still lives: then everything of it is that process's own business. */
export function startIsUnderWay(metadata: BottleMetadata): boolean {
  if (metadata.state !== 'starting') return false;
  const mark = processMarkSchema.safeParse(metadata.handle['starter']);
  return mark.success && isAlive(mark.data);
}
