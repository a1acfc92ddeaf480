import type { Stats } from 'node:fs';
import { BottleError, hasCode } from '../errors.ts';
import { isTooDeep } from './depth.ts';
import type { EntryName, Folder } from './folder.ts';
import { type Reading, steps } from './reading.ts';
import { scopeOf } from './scope.ts';

/** A path where the two sides may differ. Only valid inside the visit. */
export interface Candidate {
  readonly path: string;
  readonly name: string;
  /** Folder of the bottle's side; null when the bottle has nothing at this path. */
  readonly bottle: Folder | null;
  readonly bottleStat: Stats | undefined;
  /** Folder of the host's side; null when the host has no such folder. */
  readonly host: Folder | null;
}

/** How a kind of workspace tells its story to the walker. */
export interface WalkRules {
  /** True when the bottle's entry means "deleted here". */
  isWhiteout(stat: Stats): boolean;
  /** True when an entry is certainly what the bottle started with, unread. */
  isUnchanged(path: string, stat: Stats): boolean;
  /** Whether this folder of the bottle, and so every one below it, holds all that there is. */
  replaces(path: string): boolean;
  /** True when nobody can tell what this folder of the bottle hides of the host's. */
  isUnknown(path: string): boolean;
  /** Which names in this folder the bottle sees; undefined when only `replaces` tells. */
  seen(path: string): ReadonlySet<string> | undefined;
}

export interface Walk {
  readonly rules: WalkRules;
  readonly hidden: ReadonlySet<string>;
  readonly reading: Reading;
  visit(candidate: Candidate): Promise<void>;
  /** A name that no text can hold. */
  odd(path: string): void;
  /** A folder that could not be entered. */
  closed(path: string): void;
  /** A folder that lies too deep. */
  deep(path: string): void;
}

/** Entries a listing may have; a bottle that made more is refused rather than drawn out for ever. */
const mostEntries = 500_000;

/** A folder that either side has, and what the folders above say of it. */
interface Place {
  readonly path: string;
  readonly bottle: Folder | null;
  readonly host: Folder | null;
  /** Whether the bottle's folders hold all that there is. */
  readonly replaced: boolean;
}

interface Walking extends Walk {
  entries: number;
}

/** Walks both sides at once, folder by folder, through open descriptors. */
export async function walkBoth(walk: Walk, bottle: Folder | null, host: Folder | null): Promise<void> {
  await walkFolder({ ...walk, entries: 0 }, { path: '', bottle, host, replaced: walk.rules.replaces('') });
}

async function walkFolder(walk: Walking, place: Place): Promise<void> {
  const { path, bottle, host } = place;
  const theirs = host === null ? new Set<string>() : new Set((await listed(walk, host)).flatMap((entry) => entry.name ?? []));
  const gone: string[] = [];
  const ours = bottle === null ? [] : await unlessLocked(() => listed(walk, bottle, true));
  for (const entry of ours ?? []) {
    if (entry.name === undefined) {
      walk.odd(join(path, entry.odd));
      continue;
    }
    const { name } = entry;
    theirs.delete(name);
    await walk.reading.did(steps.entry);
    const stat = await unlessLocked(async () => bottle?.stat(name) ?? null);
    if (stat === undefined) return lockedHere(walk, path);
    if (stat === null || walk.rules.isWhiteout(stat)) gone.push(name);
    else await walkEntry(walk, place, name, stat);
  }
  if (ours === undefined) return lockedHere(walk, path);
  for (const name of [...gone, ...unseen(walk, place, theirs)]) await walkGone(walk, place, name);
}

/** The agent may lock a folder half way; what was seen of it until then stays. */
function lockedHere(walk: Walking, path: string): void {
  if (path === '') throw new BottleError('refused', 'The agent locked its workspace, so nobody can look into it.', { hint: 'chmod u+rwx the workspace inside the bottle.' });
  walk.closed(path);
}

/** What `look` finds; undefined when a folder's mode forbids to look. */
async function unlessLocked<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (thrown) {
    if (hasCode(thrown, 'EACCES')) return undefined;
    throw thrown;
  }
}

/** The host's names, of those the bottle has no entry for, that the agent does not see any more. */
function unseen(walk: Walking, { path, bottle, replaced }: Place, hostOnly: ReadonlySet<string>): Iterable<string> {
  if (hostOnly.size === 0 || bottle === null) return hostOnly;
  const seen = walk.rules.seen(path);
  if (seen !== undefined) return [...hostOnly].filter((name) => !seen.has(name));
  return replaced ? hostOnly : [];
}

async function walkEntry(walk: Walking, place: Place, name: string, stat: Stats): Promise<void> {
  const { bottle, host } = place;
  const path = join(place.path, name);
  const scope = scopeOf(path);
  if (scope === 'skip' || walk.hidden.has(path)) return;
  const other = host?.stat(name);
  if (stat.isDirectory()) {
    if (other !== undefined && !other.isDirectory() && scope === 'show') await walk.visit({ path, name, bottle: null, bottleStat: undefined, host });
    const inside = isTooDeep(path) ? null : walk.rules.isUnknown(path) ? undefined : bottle?.child(name);
    if (inside === null) walk.deep(path);
    else if (inside === undefined) await walkLocked(walk, place, name);
    else await descend(walk, place, path, inside, host?.child(name) ?? null);
    return;
  }
  if (scope === 'show' && !walk.rules.isUnchanged(path, stat)) await walk.visit({ path, name, bottle, bottleStat: stat, host });
  if (other?.isDirectory() === true) await walkGone(walk, place, name);
}

/** A folder that did not open is locked, or went away since it was listed. */
async function walkLocked(walk: Walking, place: Place, name: string): Promise<void> {
  if (place.bottle?.stat(name)?.isDirectory() === true) walk.closed(join(place.path, name));
  else await walkGone(walk, place, name);
}

async function walkGone(walk: Walking, place: Place, name: string): Promise<void> {
  const { host } = place;
  const path = join(place.path, name);
  const scope = scopeOf(path);
  await walk.reading.did(steps.entry);
  const other = host?.stat(name);
  if (scope === 'skip' || other === undefined || walk.hidden.has(path)) return;
  if (!other.isDirectory()) {
    if (scope === 'show') await walk.visit({ path, name, bottle: null, bottleStat: undefined, host });
  } else if (isTooDeep(path)) walk.deep(path);
  else await descend(walk, place, path, null, host?.child(name) ?? null);
}

async function descend(walk: Walking, above: Place, path: string, bottle: Folder | null, host: Folder | null): Promise<void> {
  try {
    if (bottle !== null || host !== null) await walkFolder(walk, { path, bottle, host, replaced: above.replaced || walk.rules.replaces(path) });
  } finally {
    bottle?.close();
    host?.close();
  }
}

/** Names in a folder, sorted. Throws `refused` when the agent's are more than a listing may have. */
async function listed(walk: Walking, folder: Folder, counted = false): Promise<EntryName[]> {
  const names: EntryName[] = [];
  for (const entry of folder.namesAsTheyCome()) {
    if (counted && ++walk.entries > mostEntries) throw new BottleError('refused', `The bottle holds more than ${mostEntries} entries; that many are not compared.`);
    names.push(entry);
    await walk.reading.did(steps.entry / 4);
  }
  return names.sort((one, other) => compareTexts(one.name ?? one.odd, other.name ?? other.odd));
}

/** By code unit. */
export function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}/${name}`;
}
