import type { Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { BottleError } from '../errors.ts';
import type { Folder } from './folder.ts';
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
  /** Which of the host's names in this folder the bottle no longer sees, of those it has no entry for. */
  gone(path: string, hostOnly: readonly string[]): readonly string[];
}

export interface Walk {
  readonly rules: WalkRules;
  readonly hidden: ReadonlySet<string>;
  readonly signal: AbortSignal;
  visit(candidate: Candidate): void;
  /** A name that no text can hold. */
  odd(path: string): void;
  /** A folder that could not be entered. */
  closed(path: string): void;
}

/** Entries a listing may have; a bottle that made more is refused rather than drawn out for ever. */
const mostEntries = 500_000;

/** Time in ms after which others get their turn. */
const turn = 20;

/** Walks both sides at once, folder by folder, through open descriptors. */
export async function walkBoth(walk: Walk, bottle: Folder | null, host: Folder | null): Promise<void> {
  const state = { entries: 0, since: performance.now() };
  await walkFolder(walk, state, '', bottle, host);
}

async function walkFolder(walk: Walk, state: { entries: number; since: number }, at: string, bottle: Folder | null, host: Folder | null): Promise<void> {
  if (performance.now() - state.since > turn) {
    await setImmediate();
    walk.signal.throwIfAborted();
    state.since = performance.now();
  }
  const own = bottle === null ? [] : bottle.names();
  const theirs = host === null ? [] : host.names().flatMap((entry) => entry.name ?? []);
  state.entries += own.length;
  if (state.entries > mostEntries) throw new BottleError('refused', `The bottle holds more than ${mostEntries} entries; that many are not compared.`);
  const mine = new Set<string>();
  const gone: string[] = [];
  for (const entry of own) {
    if (entry.name === undefined) {
      walk.odd(join(at, entry.odd));
      continue;
    }
    mine.add(entry.name);
    const stat = bottle?.stat(entry.name);
    if (stat === undefined || walk.rules.isWhiteout(stat)) gone.push(entry.name);
    else await walkEntry(walk, state, at, entry.name, stat, bottle, host);
  }
  gone.push(...(bottle === null ? theirs : walk.rules.gone(at, theirs.filter((name) => !mine.has(name)))));
  for (const name of gone) await walkGone(walk, state, at, name, host);
}

async function walkEntry(
  walk: Walk,
  state: { entries: number; since: number },
  at: string,
  name: string,
  stat: Stats,
  bottle: Folder | null,
  host: Folder | null,
): Promise<void> {
  const path = join(at, name);
  const scope = scopeOf(path);
  if (scope === 'skip' || walk.hidden.has(path)) return;
  const other = host?.stat(name);
  if (stat.isDirectory()) {
    if (other !== undefined && !other.isDirectory() && scope === 'show') walk.visit({ path, name, bottle: null, bottleStat: undefined, host });
    const inside = bottle?.child(name);
    if (inside === undefined) walk.closed(path);
    else await descend(walk, state, path, inside, host?.child(name) ?? null);
    return;
  }
  if (scope === 'show' && !walk.rules.isUnchanged(path, stat)) walk.visit({ path, name, bottle, bottleStat: stat, host });
  if (other?.isDirectory() === true) await descend(walk, state, path, null, host?.child(name) ?? null);
}

async function walkGone(walk: Walk, state: { entries: number; since: number }, at: string, name: string, host: Folder | null): Promise<void> {
  const path = join(at, name);
  const scope = scopeOf(path);
  const other = host?.stat(name);
  if (scope === 'skip' || other === undefined || walk.hidden.has(path)) return;
  if (other.isDirectory()) await descend(walk, state, path, null, host?.child(name) ?? null);
  else if (scope === 'show') walk.visit({ path, name, bottle: null, bottleStat: undefined, host });
}

async function descend(walk: Walk, state: { entries: number; since: number }, path: string, bottle: Folder | null, host: Folder | null): Promise<void> {
  try {
    if (bottle !== null || host !== null) await walkFolder(walk, state, path, bottle, host);
  } finally {
    bottle?.close();
    host?.close();
  }
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}/${name}`;
}
