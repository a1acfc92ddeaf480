import { readFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { BottleError } from '../errors.ts';
import { writeAtomic } from '../files/atomic.ts';
import { exclusively } from '../files/exclusive.ts';

const entrySchema = z.object({
  kind: z.enum(['file', 'link']),
  size: z.number(),
  mtimeMs: z.number(),
  ctimeMs: z.number(),
  executable: z.boolean(),
  /** null: not read yet; the times decide. */
  sha256: z.string().nullable(),
  /** Which file it was. Absent where a double cannot hold the number; then its times alone tell. */
  ino: z.number().optional(),
  /** Copy mode: which file the copy of this one is, and when it was whole. Absent where nobody looked; then it is read. */
  copied: z.object({ ino: z.number(), ctimeMs: z.number() }).optional(),
});
/** A host file or link as it was when the bottle started from it. */
export type BaselineEntry = z.infer<typeof entrySchema>;

const unlistedSchema = z.object({
  /** Which folder it was; null: nobody knows which was there when the bottle started. */
  ino: z.number().nullable(),
  /** Whether the folders below it were not looked at either. */
  whole: z.boolean(),
});
/** A folder of the host of which the record is silent. */
export type Unlisted = z.infer<typeof unlistedSchema>;

const baselineSchema = z.object({
  version: z.literal(1),
  /** A file system time, in ms: whatever the host changed since has a later ctime. */
  takenAt: z.number(),
  /** Folders of the host whose files are not all in `entries`. What has no entry in any other folder is new since the start. */
  unlisted: z.array(z.tuple([z.string(), unlistedSchema])).default([]),
  /** Copy mode: file system time at which the copy was whole, before the agent started. */
  copiedAt: z.number().nullable(),
  entries: z.array(z.tuple([z.string(), entrySchema])),
  /** Counts what was applied and discarded: what was learnt of the host before may be wrong after. */
  revision: z.number().int().default(0),
});

/** What the bottle started from. `entries` grows as changed files are first seen. */
export interface Baseline {
  readonly takenAt: number;
  readonly unlisted: ReadonlyMap<string, Unlisted>;
  readonly copiedAt: number | null;
  readonly entries: Map<string, BaselineEntry>;
  readonly revision: number;
}

/** Reads the record of a bottle. Throws `internal` when there is none: without it no host edit would be safe. */
export async function loadBaseline(scratchDir: string): Promise<Baseline> {
  try {
    const parsed = baselineSchema.parse(JSON.parse(await readFile(baselinePath(scratchDir), 'utf8')));
    return { ...parsed, unlisted: new Map(parsed.unlisted), entries: new Map(parsed.entries) };
  } catch (cause) {
    throw new BottleError('internal', 'The record of what this bottle started from cannot be read.', { cause });
  }
}

/** Writes the first record of a bottle; a reader sees the old or the new one. */
export async function saveBaseline(scratchDir: string, baseline: Baseline): Promise<void> {
  const plain: z.infer<typeof baselineSchema> = { version: 1, ...baseline, unlisted: [...baseline.unlisted], entries: [...baseline.entries] };
  await writeAtomic(baselinePath(scratchDir), JSON.stringify(plain));
}

/** Changes the record, also when `work` fails half way, while no other process does. Everybody else waits for it. */
export function changeBaseline<T>(scratchDir: string, signal: AbortSignal, work: (baseline: Baseline) => Promise<T>): Promise<T> {
  return exclusively(lockPath(scratchDir), signal, async () => {
    const baseline = await loadBaseline(scratchDir);
    try {
      return await work(baseline);
    } finally {
      await saveBaseline(scratchDir, { ...baseline, revision: baseline.revision + 1 });
    }
  });
}

/** Adds what was learnt of the host by looking, to what others learnt meanwhile; nothing when the record was changed since. */
export function addLearnt(scratchDir: string, signal: AbortSignal, learnt: Baseline): Promise<void> {
  return exclusively(lockPath(scratchDir), signal, async () => {
    const current = await loadBaseline(scratchDir);
    if (current.revision !== learnt.revision) return;
    for (const [path, entry] of learnt.entries) {
      if ((current.entries.get(path)?.sha256 ?? null) === null) current.entries.set(path, entry);
    }
    await saveBaseline(scratchDir, { ...current, unlisted: current.unlisted.get('')?.whole === true ? learnt.unlisted : current.unlisted });
  });
}

/** The entry for a host file with this content. */
export function entryOf(stat: Stats, sha256: string | null): BaselineEntry {
  return {
    kind: stat.isSymbolicLink() ? 'link' : 'file',
    size: stat.size,
    mtimeMs: stat.mtimeMs,
    ctimeMs: stat.ctimeMs,
    executable: (stat.mode & 0o100) !== 0,
    sha256,
    ...(Number.isSafeInteger(stat.ino) ? { ino: stat.ino } : {}),
  };
}

/**
 * Whether a host file is certainly the one of the entry, judged without reading it. Files that came with one checkout may
 * have one size and the same times, and a renamed folder puts one in another's place: only the very same file counts.
 */
export function isUntouched(entry: BaselineEntry, stat: Stats): boolean {
  return entry.size === stat.size && entry.mtimeMs === stat.mtimeMs && entry.ctimeMs === stat.ctimeMs && (entry.ino === undefined || entry.ino === stat.ino);
}

/** Notes which file a copy is, once it is whole: that file at that path with that ctime still has this content. */
export function noteCopy(entry: BaselineEntry, copy: Stats): BaselineEntry {
  // A number that a double cannot hold may stand for two files.
  return Number.isSafeInteger(copy.ino) ? { ...entry, copied: { ino: copy.ino, ctimeMs: copy.ctimeMs } } : entry;
}

/**
 * Whether a file at an entry's path is certainly the copy that was made for it, judged without reading it. Nobody but
 * the kernel sets ctime, but it stays when a folder above is renamed: only the very same file counts.
 */
export function isCopy(entry: BaselineEntry, stat: Stats): boolean {
  const { copied } = entry;
  return copied !== undefined && copied.ino === stat.ino && copied.ctimeMs === stat.ctimeMs && entry.size === stat.size;
}

function lockPath(scratchDir: string): string {
  return `${baselinePath(scratchDir)}.lock`;
}

function baselinePath(scratchDir: string): string {
  return join(scratchDir, 'baseline.json');
}
