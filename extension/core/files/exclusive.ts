import { randomBytes } from 'node:crypto';
import { link, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../errors.ts';
import { isAlive, processMark, processMarkSchema } from '../bottle/processMark.ts';

const lookAgainMs = 50;

/** A lock that is alive after all is left alone soon. */
const sweepMs = 1_000;

/**
 * Does `work` while no other living process does anything under the same lock file. Waits for its turn; rejects when
 * `signal` aborts before. A lock whose holder died is taken over.
 */
export async function exclusively<T>(lock: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const own = `${lock}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, JSON.stringify(processMark(process.pid)), { flag: 'wx', mode: 0o600 });
  try {
    while (!(await taken(own, lock))) {
      signal.throwIfAborted();
      if (await isDead(lock)) await bury(own, lock);
      else await delay(lookAgainMs, undefined, { signal });
    }
  } finally {
    await rm(own, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Removes what killed processes left of the locks in a folder whose names end like this, while nobody waits for one. */
export async function sweepLocks(folder: string, ending: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    if (name.endsWith(ending) && (await isDead(file))) await exclusively(file, AbortSignal.timeout(sweepMs), async () => undefined).catch(() => undefined);
  }
}

/** A link is made whole or not at all, so that nobody reads half a mark. */
async function taken(own: string, lock: string): Promise<boolean> {
  return link(own, lock).then(
    () => true,
    (thrown: unknown) => {
      if (hasCode(thrown, 'EEXIST')) return false;
      throw thrown;
    },
  );
}

/**
 * Removes a lock whose holder died. Under a lock of its own, and after another look: whoever saw the dead one a moment
 * ago may otherwise remove the one that a third took since.
 */
async function bury(own: string, lock: string): Promise<void> {
  const guard = `${lock}.bury`;
  if (!(await taken(own, guard))) {
    if (await isDead(guard)) await rm(guard, { force: true });
    return;
  }
  try {
    if (await isDead(lock)) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** A lock that is gone was given back: whoever waits only has to try again. One that is no mark was cut off by a crash. */
async function isDead(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  try {
    const mark = processMarkSchema.safeParse(JSON.parse(text));
    return !mark.success || !isAlive(mark.data);
  } catch {
    return true;
  }
}
