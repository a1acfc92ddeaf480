import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { metadataSchema } from '../../../../schemas/protocol/bottle.ts';
import { readJson, readRunLabel, runPlacesIn } from './places.ts';
import { bottleProcessesSchema, isAlive } from './processes.ts';
import { exitFileOf, removeBottle } from './running.ts';

/** A start writes its keeper's identity within moments; a folder without one that is older was cut. Milliseconds. */
const startingMs = 60_000;

/**
 * Removes run folders, and what may still run, of bottles of this home whose keeper is gone or whose state folder is.
 * Returns one phrase for each.
 */
export async function sweepRunFolders(runRoot: string, stateRoot: string, keep: ReadonlySet<string>, abort: AbortSignal): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(runRoot).catch(() => [])) {
    abort.throwIfAborted();
    const places = runPlacesIn(join(runRoot, name));
    const label = await readRunLabel(places);
    if (label === undefined || dirname(label.stateDir) !== stateRoot || basename(label.stateDir) !== label.slug || keep.has(label.slug)) continue;
    const processes = await readJson(places.processes, bottleProcessesSchema);
    const whole = processes === undefined ? await isYoung(places.folder) : isAlive(processes.keeper);
    if (existsSync(label.stateDir) && (whole || (await awaitsItsViewer(label.stateDir)))) continue;
    await removeBottle(processes?.keeper, places);
    removed.push(`what was left of bottle ${label.slug}`);
  }
  return removed;
}

/** An orderly end that the core has not noted yet: its last words are still wanted. */
async function awaitsItsViewer(stateDir: string): Promise<boolean> {
  const metadata = await readJson(join(stateDir, 'metadata.json'), metadataSchema);
  return existsSync(exitFileOf(stateDir)) && metadata?.state === 'running';
}

async function isYoung(folder: string): Promise<boolean> {
  const { mtimeMs } = await stat(folder);
  return Date.now() - mtimeMs < startingMs;
}
