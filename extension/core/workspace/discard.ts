import { readlinkSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import type { RunningBottle } from '../backends/backend.ts';
import { BottleError } from '../errors.ts';
import { changeBaseline, entryOf } from './baselineFile.ts';
import { readChanges } from './changeSet.ts';
import { Folder, inFolder, splitPath } from './folder.ts';
import { nameFault } from './judge.ts';
import { restoreEnded } from './restore.ts';
import type { Review } from './review.ts';
import { pick } from './select.ts';
import { isExecutable, readSmallFile, readVersion, largestFile } from './version.ts';

/** One command inside the bottle; `stdin` is written and ended. The whole plan fails when one exits with non-zero. */
export interface DiscardStep {
  readonly argv: readonly string[];
  readonly stdin: Uint8Array;
}

/** Paths given to one command, well below any limit on arguments. */
const batch = 500;

/**
 * Commands that bring changed paths of a running bottle back to what the host has. They run inside, as the agent: its
 * links lead nowhere the agent could not go itself, and a mounted overlay is never edited from outside.
 */
export async function discardPlan(review: Review, paths: readonly string[], guestWorkspace: string): Promise<readonly DiscardStep[]> {
  return planFor(review, await changesAt(review, paths), guestWorkspace);
}

/** Time for one command, in ms: the agent has the same user and may stop it. */
const patience = 60_000;

/** Carries the plan out inside a running bottle. Throws `not-found` for paths without a change, else `backend-failed`. */
export async function discardRunning(review: Review, paths: readonly string[], guestWorkspace: string, bottle: Pick<RunningBottle, 'exec'>): Promise<void> {
  const changes = await changesAt(review, paths);
  for (const step of await planFor(review, changes, guestWorkspace)) {
    const { errors, code } = await carriedOut(bottle, step, AbortSignal.any([review.signal, AbortSignal.timeout(patience)]));
    if (code !== 0) throw new BottleError('backend-failed', `Discarding in the bottle failed: ${errors.split('\n')[0]?.slice(0, 200) ?? ''}`);
  }
  await rebase(review, changes);
}

async function carriedOut(bottle: Pick<RunningBottle, 'exec'>, step: DiscardStep, signal: AbortSignal): Promise<{ readonly errors: string; readonly code: number }> {
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

/** Brings changed paths of an ended bottle back to what the host has. Throws `not-found` or `refused`. */
export async function discardStopped(review: Review, paths: readonly string[]): Promise<void> {
  const changes = await changesAt(review, paths);
  await restoreEnded(review, changes);
  await rebase(review, changes);
}

async function changesAt(review: Review, paths: readonly string[]): Promise<readonly ChangedFile[]> {
  const { files } = await readChanges(review);
  const { asked, unknown } = pick(files, paths);
  if (unknown.length > 0) throw new BottleError('not-found', `There is no change at ${unknown.map((path) => JSON.stringify(path)).join(', ')}.`);
  const odd = asked.find((change) => change.refused === nameFault);
  if (odd !== undefined) throw new BottleError('refused', `${odd.path} ${nameFault}`, { hint: 'Remove it inside the bottle, or discard the bottle.' });
  return asked;
}

async function planFor(review: Review, changes: readonly ChangedFile[], guestWorkspace: string): Promise<DiscardStep[]> {
  const steps: DiscardStep[] = [];
  const named = changes.map((change) => `${guestWorkspace}/${change.path}`);
  for (let at = 0; at < named.length; at += batch) {
    steps.push({ argv: ['/bin/rm', '-rf', '--', ...named.slice(at, at + batch)], stdin: new Uint8Array() });
  }
  const archive = await hostArchive(review, changes);
  if (archive !== undefined) {
    steps.push({ argv: ['/bin/tar', '--extract', '--no-same-owner', '--directory', guestWorkspace, '--file=-'], stdin: archive });
  }
  return steps;
}

async function hostArchive(review: Review, changes: readonly ChangedFile[]): Promise<Uint8Array | undefined> {
  const archive = pack();
  const whole = buffer(archive);
  const host = Folder.open(review.workspace.lower);
  let entries = 0;
  try {
    for (const { path } of changes) {
      const { folders, name } = splitPath(path);
      inFolder(host, folders, (folder) => {
        const stat = folder.stat(name);
        if (stat?.isSymbolicLink() === true) {
          archive.entry({ name: path, type: 'symlink', linkname: readlinkSync(folder.at(name)) });
          entries++;
        } else if (stat?.isFile() === true) {
          const content = readSmallFile(folder, name, largestFile);
          if (content === undefined) return;
          archive.entry({ name: path, mode: isExecutable(stat) ? 0o755 : 0o644, mtime: stat.mtime }, content);
          entries++;
        }
      });
    }
  } finally {
    host.close();
    archive.finalize();
  }
  const bytes = await whole;
  return entries === 0 ? undefined : bytes;
}

/** From here on the host's version is what these paths started from. */
async function rebase(review: Review, changes: readonly ChangedFile[]): Promise<void> {
  await changeBaseline(review.scratchDir, review.signal, async ({ entries }) => {
    const host = Folder.open(review.workspace.lower);
    try {
      for (const { path } of changes) {
        const { folders, name } = splitPath(path);
        const entry = inFolder(host, folders, (folder) => {
          const stat = folder.stat(name);
          const version = readVersion(folder, name, stat);
          return stat !== undefined && (version.kind === 'file' || version.kind === 'link') ? entryOf(stat, version.sha256) : undefined;
        });
        if (entry === undefined) entries.delete(path);
        else entries.set(path, entry);
      }
    } finally {
      host.close();
    }
  });
}
