import { fstatSync } from 'node:fs';
import type { PreparedWorkspace } from '../backends/backend.ts';
import { addLearnt, entryOf, loadBaseline, type Baseline, type Unlisted } from './baselineFile.ts';
import { Folder } from './folder.ts';
import { type Reading, startReading, steps } from './reading.ts';
import { scopeOf } from './scope.ts';
import { readVersion } from './version.ts';

/** How much of an overlay's host folder is noted: the rest is judged by its times when it matters. */
const budget = { files: 20_000, hashedFiles: 2_000, hashedBytes: 32 * 1024 * 1024 } as const;

/** Folders whose files are many and rarely edited by a person. */
const passed = new Set(['node_modules', '.venv', '.git']);

/**
 * Notes what the host folder of an overlay holds, for telling later edits of the host from the agent's. Runs beside
 * the start and must not delay it. A copy has its whole record from `prepareWorkspace`; for it this does nothing.
 */
export async function recordBaseline(request: {
  readonly workspace: PreparedWorkspace;
  readonly scratchDir: string;
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
}): Promise<void> {
  if (request.workspace.mode === 'copy') return;
  const baseline = await loadBaseline(request.scratchDir);
  const spent: Spent = { files: 0, hashedFiles: 0, hashedBytes: 0, unlisted: new Map() };
  const reading = startReading(request.signal);
  const root = Folder.open(request.workspace.lower);
  try {
    await note(root, '', new Set(request.hidden), baseline, spent, reading);
  } finally {
    root.close();
  }
  await addLearnt(request.scratchDir, request.signal, { ...baseline, unlisted: spent.unlisted });
}

interface Spent {
  files: number;
  hashedFiles: number;
  hashedBytes: number;
  readonly unlisted: Map<string, Unlisted>;
}

async function note(folder: Folder, at: string, hidden: ReadonlySet<string>, baseline: Baseline, spent: Spent, reading: Reading): Promise<void> {
  const self = fstatSync(folder.descriptor);
  // It may have come here since the start, with files that are older.
  if (at !== '' && self.ctimeMs > baseline.takenAt) return void spent.unlisted.set(at, { ino: null, whole: true });
  for (const { name } of folder.names()) {
    if (name === undefined) continue;
    await reading.did(steps.comparison);
    const path = at === '' ? name : `${at}/${name}`;
    const stat = folder.stat(name);
    if (stat === undefined || hidden.has(path)) continue;
    if (stat.isDirectory()) {
      const child = passed.has(name) || scopeOf(path) === 'skip' ? undefined : folder.child(name);
      if (child === undefined) {
        spent.unlisted.set(path, { ino: stat.ino, whole: true });
        continue;
      }
      try {
        await note(child, path, hidden, baseline, spent, reading);
      } finally {
        child.close();
      }
    } else if (spent.files < budget.files && stat.ctimeMs <= baseline.takenAt && (stat.isFile() || stat.isSymbolicLink())) {
      spent.files++;
      const affordable = spent.hashedFiles < budget.hashedFiles && spent.hashedBytes + stat.size <= budget.hashedBytes;
      const version = affordable ? await readVersion(reading, folder, name, stat) : undefined;
      const known = version?.kind === 'file' || version?.kind === 'link' ? version : undefined;
      if (known !== undefined) {
        spent.hashedFiles++;
        spent.hashedBytes += known.bytes;
      }
      baseline.entries.set(path, entryOf(stat, known?.sha256 ?? null));
    } else {
      spent.unlisted.set(at, { ino: self.ino, whole: false });
    }
  }
}
