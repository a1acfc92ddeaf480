import { stat } from 'node:fs/promises';
import type { BottleMetadata } from '../../../schemas/protocol/bottle.ts';
import { toBottleError } from '../errors.ts';
import type { BottlesDeps } from './deps.ts';
import { isAlive, processMarkSchema } from './processMark.ts';
import { settle } from './settle.ts';
import { listSlugs, readMetadata, removeState, stateFolder, stateRoot } from './stateFolder.ts';

/**
 * Finds what crashed processes left behind and removes it: objects of ours without a whole bottle, starts whose
 * starter died, bottles whose keeper or sidecar is gone. Changes that nobody reviewed are kept.
 */
export async function sweep(deps: BottlesDeps): Promise<string[]> {
  const { home } = deps.folders;
  const removed: string[] = [];
  const starting = new Set<string>();
  const whole: string[] = [];
  const cut: string[] = [];
  for (const slug of await listSlugs(home)) {
    const metadata = await readMetadata(home, slug);
    if (metadata === undefined ? await isFresh(home, slug) : metadata.state === 'starting' && (await starterLives(metadata))) starting.add(slug);
    else if (metadata === undefined || metadata.state === 'starting') cut.push(slug);
    else whole.push(slug);
  }
  for (const backend of deps.backends.values()) {
    try {
      const report = await backend.sweep(stateRoot(home), starting, AbortSignal.timeout(60_000));
      removed.push(...report.removed);
    } catch (cause) {
      deps.log.debug(`${backend.name} was not swept: ${toBottleError(cause).message}`);
    }
  }
  for (const slug of cut) {
    await removeState(home, slug, deps.folders.scratch(slug));
    removed.push(`the folders of the unfinished start ${slug}`);
  }
  for (const slug of whole) {
    const metadata = await readMetadata(home, slug);
    if (metadata?.state !== 'running' && metadata?.state !== 'stopping') continue;
    try {
      const after = await settle(deps, metadata, false);
      if (after?.state !== metadata.state) removed.push(`the ended bottle ${slug}${after === undefined ? '' : ' (its changes are kept)'}`);
    } catch (cause) {
      deps.log.warn(`${slug} could not be looked at: ${toBottleError(cause).message}`);
    }
  }
  return removed;
}

async function starterLives(metadata: BottleMetadata): Promise<boolean> {
  const mark = processMarkSchema.safeParse(metadata.handle['starter']);
  return mark.success && (await isAlive(mark.data));
}

/** A folder without metadata is either being made this very moment or was cut in its first milliseconds. */
async function isFresh(home: string, slug: string): Promise<boolean> {
  const made = await stat(stateFolder(home, slug)).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs < 10_000;
}
