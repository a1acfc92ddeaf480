import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, processMark, processMarkSchema } from '../bottle/processMark.ts';

const lookAgainMs = 50;

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
      if (!(await isHeld(lock))) await rename(lock, `${own}.dead`).then(() => rm(`${own}.dead`, { force: true }), () => undefined);
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

/** A link is made whole or not at all, so that nobody reads half a mark. */
async function taken(own: string, lock: string): Promise<boolean> {
  return link(own, lock).then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
      throw thrown;
    },
  );
}

async function isHeld(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const mark = processMarkSchema.safeParse(JSON.parse(text));
  return mark.success && isAlive(mark.data);
}
