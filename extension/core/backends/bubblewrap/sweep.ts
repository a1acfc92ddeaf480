import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type BottleMetadata, metadataSchema } from '../../../../schemas/protocol/bottle.ts';
import { startIsUnderWay } from '../../bottle/startUnderWay.ts';
import { isOurs, readJson, readRunLabel, runPlacesIn } from './places.ts';
import { bottleProcessesSchema, isAlive } from './processes.ts';
import { exitFileOf, removeBottle } from './running.ts';

/** A start writes its keeper's identity within moments; a folder without one that is older was cut. Milliseconds. */
const startingMs = 60_000;

/**
 * Removes run folders, and what may still run, of bottles of this home whose keeper is gone or whose state folder is.
 * Returns one phrase for each.
 */
export async function sweepRunFolders(runRoot: string, self: number, stateRoot: string, keep: ReadonlySet<string>, abort: AbortSignal): Promise<string[]> {
  const removed: string[] = [];
  // In a folder that somebody else made, labels and process numbers are that person's words.
  if (!(await isOurs(runRoot, self))) return removed;
  for (const name of await readdir(runRoot).catch(() => [])) {
    abort.throwIfAborted();
    const places = runPlacesIn(join(runRoot, name));
    const label = await readRunLabel(places);
    if (label === undefined || dirname(label.stateDir) !== stateRoot || basename(label.stateDir) !== label.slug || keep.has(label.slug)) continue;
    const processes = await readJson(places.processes, bottleProcessesSchema);
    const whole = processes === undefined ? await isYoung(places.folder) : isAlive(processes.keeper);
    const metadata = await readJson(join(label.stateDir, 'metadata.json'), metadataSchema);
    if (metadata?.state === 'starting' ? startIsUnderWay(metadata) : existsSync(label.stateDir) && (whole || awaitsItsViewer(label.stateDir, metadata))) continue;
    await removeBottle(processes?.keeper, places);
    removed.push(`what was left of bottle ${label.slug}`);
  }
  return removed;
}

/** An orderly end that the core has not noted yet: its last words are still wanted. */
function awaitsItsViewer(stateDir: string, metadata: BottleMetadata | undefined): boolean {
  return existsSync(exitFileOf(stateDir)) && metadata?.state === 'running';
}

async function isYoung(folder: string): Promise<boolean> {
  const { mtimeMs } = await stat(folder);
  return Date.now() - mtimeMs < startingMs;
}
