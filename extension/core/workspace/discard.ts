import { text } from 'node:stream/consumers';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';
import { changeBaseline } from './baselineFile.ts';
import { readChanges } from './changeSet.ts';
import { discardSteps, type DiscardStep } from './discardSteps.ts';
import { Folder } from './folder.ts';
import { returnsFor } from './hostVersion.ts';
import { startReading } from './reading.ts';
import { restoreEnded } from './restore.ts';
import { bottleRoot, type Review } from './review.ts';
import { pick } from './select.ts';

/** Time for one command, in ms: the agent has the same user and may stop it. */
const patience = 60_000;

type Inside = Pick<RunningBottle, 'exec'>;

/**
 * Brings changed paths of a running bottle back to what the host has. Throws `not-found` for paths without a change and
 * `refused` before anything was done, else `backend-failed`.
 */
export async function discardRunning(review: Review, paths: readonly string[], guestWorkspace: string, bottle: Inside): Promise<void> {
  const { asked } = await changesAt(review, paths);
  const host = Folder.open(review.workspace.lower);
  const own = Folder.open(bottleRoot(review.workspace));
  try {
    const returns = await returnsFor({ bottle: own, host }, asked, startReading(review.signal));
    const { steps, tidy } = await discardSteps(host, returns, guestWorkspace);
    for (const step of steps) {
      const { errors, code } = await carriedOut(bottle, step, review.signal);
      if (code === 0) continue;
      await carriedOut(bottle, tidy, review.signal);
      throw new BottleError('backend-failed', `Discarding in the bottle failed: ${errors.split('\n')[0]?.slice(0, 200) ?? ''}`);
    }
    // What went in is what these paths start from, also when the host has something newer by now.
    await changeBaseline(review.scratchDir, review.signal, async ({ entries }) => {
      for (const { change, base } of returns) {
        if (base === undefined) entries.delete(change.path);
        else entries.set(change.path, base);
      }
    });
  } finally {
    own.close();
    host.close();
  }
}

async function carriedOut(bottle: Inside, step: DiscardStep, until: AbortSignal): Promise<{ readonly errors: string; readonly code: number }> {
  const signal = AbortSignal.any([until, AbortSignal.timeout(patience)]);
  const session = await bottle.exec({ argv: step.argv });
  const over = new Promise<never>((_resolve, reject) => {
    const end = (): void => {
      session.kill();
      reject(new BottleError('backend-failed', 'Discarding in the bottle did not come to an end.', { hint: 'Try again, or stop the bottle and discard then.', cause: signal.reason }));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  session.stdin.on('error', () => undefined);
  session.stdin.end(step.stdin);
  session.stdout.resume();
  const ended = Promise.all([text(session.stderr), session.exited]).then(([errors, code]) => ({ errors, code }));
  // Whoever lost the race may still fail.
  ended.catch(() => undefined);
  over.catch(() => undefined);
  return Promise.race([ended, over]);
}

/** Brings changed paths of an ended bottle back to what the host has. Throws `not-found`, or `refused` before anything was done. */
export async function discardStopped(review: Review, paths: readonly string[]): Promise<void> {
  const { asked, files } = await changesAt(review, paths);
  await restoreEnded(review, asked, files);
}

async function changesAt(review: Review, paths: readonly string[]): Promise<{ readonly asked: readonly ChangedFile[]; readonly files: readonly ChangedFile[] }> {
  const { files } = await readChanges(review, { paths });
  const { asked, unknown } = pick(files, paths);
  if (unknown.length > 0) throw new BottleError('not-found', `There is no change at ${unknown.map((path) => JSON.stringify(path)).join(', ')}.`);
  return { asked, files };
}
