import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { entryOf, isUntouched, type Baseline, type BaselineEntry } from './baselineFile.ts';
import { linkFault } from './link.ts';
import type { PackageText } from './packageRisk.ts';
import { presence } from './presence.ts';
import type { Reading } from './reading.ts';
import { linkPlaceRisk, riskOf } from './risk.ts';
import { isShown, shownHash } from './shownHash.ts';
import { absent, readSmallFile, readVersion, sameVersion, type Version } from './version.ts';
import type { Candidate } from './walk.ts';

/** Largest package.json whose fields are compared, in bytes. */
const largestText = 1024 * 1024;

/** The host's side of a path, and whether it is still what the bottle started from. */
export interface HostSide {
  readonly now: Version;
  /** null: nobody knows any more what the bottle started from. */
  readonly base: Version | null;
  readonly moved: boolean;
}

/** A change as its own path and content tell it. */
export interface Judged {
  readonly change: ChangedFile;
  /** Where the link leads that the bottle has at this path; null for everything else. */
  readonly target: string | null;
}

/** Compares one path. Returns undefined when the agent changed nothing, and learns the base's hash on the way. */
export async function judge(candidate: Candidate, baseline: Baseline, hostRoot: string, reading: Pick<Reading, 'did'>): Promise<Judged | undefined> {
  const { path, name } = candidate;
  const bottle = candidate.bottle === null ? absent : await readVersion(reading, candidate.bottle, name, candidate.bottleStat);
  const host = await hostSide({ ...candidate, hostRoot }, baseline, reading);
  // Specials of the host never entered a copy, so their absence there says nothing.
  if (bottle.kind === 'absent' && (host.now.kind === 'special' || host.now.kind === 'folder')) return undefined;
  if (sameVersion(bottle, host.now) || (host.base !== null && sameVersion(bottle, host.base))) return undefined;
  const before = host.base ?? host.now;
  if (bottle.kind === 'absent' && before.kind === 'absent') return undefined;
  const refused = refusal(bottle, path, hostRoot);
  const change: ChangedFile = {
    path,
    status: statusOf(before, bottle),
    risk: bottle.kind === 'link' ? linkPlaceRisk(path) : riskOf(path, { base: () => packageText(candidate.host, name, host.now), bottle: () => packageText(candidate.bottle, name, bottle) }),
    bytes: bottle.kind === 'file' || bottle.kind === 'link' ? bottle.bytes : 0,
    conflict: host.moved,
    ...(refused === null ? {} : { refused }),
    hash: refused === null ? shownHash(bottle) : null,
  };
  return { change, target: bottle.kind === 'link' ? bottle.target : null };
}

/** Why a deceiving name stays in the bottle. Its entry shows it escaped, so the path is for reading only. */
export const nameFault = 'has a name with control or invisible characters, or that is not UTF-8: such names are not taken to the host.';

/** Why a folder that cannot be entered stays in the bottle. */
export const closedFault = 'is a folder that may not be entered, so nobody knows what changed in it.';

/** An entry that can never be taken over. */
export function refusedEntry(path: string, refused: string): ChangedFile {
  return { path, status: 'added', risk: null, bytes: 0, conflict: false, refused, hash: null };
}

/** Where a path lies on the host. */
export type HostPlace = Pick<Candidate, 'path' | 'name' | 'host'> & { readonly hostRoot: string };

/** Reads the host's version of a path and judges by hash, else by times, whether it moved since the start. */
export async function hostSide({ path, name, host, hostRoot }: HostPlace, baseline: Baseline, reading: Pick<Reading, 'did'>): Promise<HostSide> {
  const entry = baseline.entries.get(path);
  const stat = host?.stat(name);
  if (host === null || stat === undefined) {
    return entry === undefined ? { now: absent, base: absent, moved: false } : { now: absent, base: versionOf(entry), moved: true };
  }
  const untouched = entry !== undefined && isUntouched(entry, stat);
  const now = await readVersion(reading, host, name, stat, stat.isFile() && untouched ? (entry.sha256 ?? undefined) : undefined);
  if (now.kind === 'folder') return { now, base: entry === undefined ? now : versionOf(entry), moved: entry !== undefined };
  if (entry === undefined) {
    const was = presence(hostRoot, baseline, path);
    if (was === 'new') return { now, base: absent, moved: true };
    if (was === 'unknown' || stat.ctimeMs > baseline.takenAt) return { now, base: null, moved: true };
  } else {
    const old = versionOf(entry);
    // What was never read is what the bottle started from only while nothing about it moved, its ctime included.
    if (old === null && !untouched) return { now, base: null, moved: true };
    if (old !== null && !(now.kind === 'special' ? untouched : sameVersion(old, now))) return { now, base: old, moved: true };
  }
  if ((entry === undefined || entry.sha256 === null) && (now.kind === 'file' || now.kind === 'link')) baseline.entries.set(path, entryOf(stat, now.sha256));
  return { now, base: now, moved: false };
}

function versionOf(entry: BaselineEntry): Version | null {
  if (entry.sha256 === null) return null;
  return entry.kind === 'link'
    ? { kind: 'link', sha256: entry.sha256, target: '', bytes: entry.size }
    : { kind: 'file', sha256: entry.sha256, executable: entry.executable, bytes: entry.size };
}

function statusOf(before: Version, bottle: Version): ChangedFile['status'] {
  if (bottle.kind === 'absent') return 'deleted';
  if (before.kind === 'absent') return 'added';
  return before.kind === bottle.kind ? 'modified' : 'typechange';
}

function refusal(bottle: Version, path: string, hostRoot: string): string | null {
  if (bottle.kind === 'special') return bottle.why;
  return bottle.kind === 'link' ? linkFault(hostRoot, path, bottle.target) : null;
}

/** The text of which the version's hash speaks; whoever swaps the file between the two looks gets `unreadable`. */
function packageText(folder: Candidate['host'], name: string, version: Version): PackageText {
  if (folder === null || version.kind === 'absent') return 'absent';
  const content = version.kind === 'file' ? readSmallFile(folder, name, largestText) : undefined;
  const hash = shownHash(version);
  return content === undefined || hash === null || !isShown(content, hash) ? 'unreadable' : { text: content.toString('utf8') };
}
