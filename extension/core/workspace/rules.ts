import { statSync } from 'node:fs';
import { isCopy, type Baseline } from './baselineFile.ts';
import { isTooDeep } from './depth.ts';
import { Folder } from './folder.ts';
import { opaqueFolders } from './opaque.ts';
import { type Reading, steps } from './reading.ts';
import type { Review } from './review.ts';
import { scopeOf } from './scope.ts';
import type { WalkRules } from './walk.ts';
import { isWhiteout } from './whiteout.ts';

/** How to read the bottle's side of this workspace. */
export async function walkRules(review: Review, baseline: Baseline, reading: Reading): Promise<WalkRules> {
  const { workspace } = review;
  return workspace.mode === 'copy' ? copyRules(baseline, statSync(workspace.dir).dev) : overlayRules(review, workspace, reading);
}

/** A copy holds everything: what is not there any more was deleted. */
function copyRules(baseline: Baseline, device: number): WalkRules {
  return {
    isWhiteout: () => false,
    isUnchanged: (path, stat) => {
      const entry = baseline.entries.get(path);
      // Inode numbers mean something on one device only; some file systems let an agent make a volume of its own.
      return entry !== undefined && stat.dev === device && isCopy(entry, stat);
    },
    replaces: () => true,
    isUnknown: () => false,
    seen: () => undefined,
  };
}

/** An upper folder holds only what was touched; deletions are 0:0 devices, or names that a replaced folder covers. */
async function overlayRules(review: Review, workspace: { readonly lower: string; readonly upper: string }, reading: Reading): Promise<WalkRules> {
  const shared = await sharedFolders(workspace.upper, workspace.lower, reading);
  // A folder that the agent locked is missing in the answer: what it hides from the host's is not known then.
  const asked = new Set(review.mergedNames === null ? [] : shared);
  const merged = review.mergedNames === null ? undefined : await review.mergedNames(shared);
  const opaque = merged === undefined ? await opaqueFolders(workspace.upper, shared, review.signal) : new Set<string>();
  return {
    isWhiteout,
    isUnchanged: () => false,
    replaces: (path) => opaque.has(path),
    isUnknown: (path) => asked.has(path) && merged?.has(path) !== true,
    seen: (path) => {
      const names = merged?.get(path);
      return names === undefined ? undefined : new Set(names);
    },
  };
}

/** Folders that both sides have, without the root, which always merges, and what is too deep to be looked into. */
async function sharedFolders(upper: string, lower: string, reading: Reading): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string, ours: Folder, theirs: Folder): Promise<void> => {
    for (const { name } of ours.namesAsTheyCome()) {
      await reading.did(steps.entry);
      if (name === undefined) continue;
      const below = path === '' ? name : `${path}/${name}`;
      if (scopeOf(below) === 'skip' || isTooDeep(below)) continue;
      const left = ours.child(name);
      const right = left === undefined ? undefined : theirs.child(name);
      try {
        if (left === undefined || right === undefined) continue;
        found.push(below);
        await visit(below, left, right);
      } finally {
        left?.close();
        right?.close();
      }
    }
  };
  const roots = [Folder.open(upper), Folder.open(lower)] as const;
  try {
    await visit('', ...roots);
  } finally {
    for (const root of roots) root.close();
  }
  return found;
}
