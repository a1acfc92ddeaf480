import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBottleError } from '../errors.ts';
import { sweepLocks } from '../files/exclusive.ts';
import { sweepThrowaways } from '../process/throwaway.ts';
import type { BottlesDeps } from './deps.ts';
import { endingLock } from './ending.ts';
import { settle } from './settle.ts';
import { startIsUnderWay } from './startUnderWay.ts';
import { listSlugs, readMetadata, removeState, stateFolder, stateRoot } from './stateFolder.ts';

/** A start writes its record within moments of making its folder. Milliseconds. */
const freshMs = 10_000;

/**
 * Finds what crashed processes left behind and removes it: objects of ours without a whole bottle, starts whose
 * starter died, bottles whose keeper or sidecar is gone. Changes that nobody reviewed are kept.
 */
export async function sweep(deps: BottlesDeps): Promise<string[]> {
  const { home } = deps.folders;
  const removed = await sweepThrowaways(tmpdir());
  const keep = new Set<string>();
  const whole: string[] = [];
  const cut: string[] = [];
  for (const slug of await listSlugs(home)) {
    const metadata = await readMetadata(home, slug);
    if (metadata === undefined) {
      if (await wasCutEarly(home, slug)) cut.push(slug);
      else keep.add(slug);
    } else if (metadata.state !== 'starting') whole.push(slug);
    else if (startIsUnderWay(metadata)) keep.add(slug);
    else cut.push(slug);
  }
  for (const backend of deps.backends.values()) {
    try {
      const report = await backend.sweep(stateRoot(home), keep, AbortSignal.timeout(60_000));
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
  await sweepLocks(stateRoot(home), endingLock);
  return removed;
}

/**
 * A folder without a record is being made this very moment or was cut in its first milliseconds. One whose record is
 * there but cannot be understood may hold somebody's work, and stays.
 */
async function wasCutEarly(home: string, slug: string): Promise<boolean> {
  const folder = stateFolder(home, slug);
  if (existsSync(join(folder, 'metadata.json'))) return false;
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs >= freshMs;
}
