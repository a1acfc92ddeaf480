import { join } from 'node:path';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { BottleError } from '../errors.ts';
import { exclusively } from '../files/exclusive.ts';
import { readMetadata, stateRoot } from './stateFolder.ts';

/** End of the names of these locks in the folder of all states. */
export const endingLock = '.ending';

/** Longest wait for another process that takes the same bottle down: it may have a whole workspace to bring back. */
const turnMs = 900_000;

/**
 * Lets one process at a time take a bottle down, and gives it the record as it is by then: undefined when somebody else
 * has removed the bottle meanwhile, also when another one has its slug since. Throws `busy` when it is never our turn.
 */
export async function whileNobodyEnds<T>(home: string, bottle: BottleMetadata, work: (now: BottleMetadata | undefined) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(turnMs);
  let began = false;
  const turn = async (): Promise<T> => {
    began = true;
    return work(await presentRecord(home, bottle));
  };
  // Beside the bottle's folder, which may be gone when the lock is given back; no slug has a dot.
  return exclusively(join(stateRoot(home), `${bottle.slug}${endingLock}`), signal, turn).catch((cause: unknown) => {
    if (began || !signal.aborted) throw cause;
    throw new BottleError('busy', `Another process ends the bottle "${bottle.slug}" and does not come to an end.`, { hint: 'Try it again.', cause });
  });
}

/** The record of this very bottle by now. */
export async function presentRecord(home: string, { slug, startedAt }: Pick<BottleMetadata, 'slug' | 'startedAt'>): Promise<BottleMetadata | undefined> {
  const now = await readMetadata(home, slug);
  return now?.startedAt === startedAt ? now : undefined;
}
