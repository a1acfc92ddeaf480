import { statSync } from 'node:fs';
import { isCopy, type Baseline } from './baselineFile.ts';
import { Folder } from './folder.ts';
import { opaqueFolders } from './opaque.ts';
import type { Review } from './review.ts';
import { scopeOf } from './scope.ts';
import type { WalkRules } from './walk.ts';

/** How to read the bottle's side of this workspace. */
export async function walkRules(review: Review, baseline: Baseline): Promise<WalkRules> {
  return review.workspace.mode === 'copy' ? copyRules(baseline, statSync(review.workspace.dir).dev) : overlayRules(review, review.workspace);
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
    gone: (_path, hostOnly) => hostOnly,
  };
}

/** An upper folder holds only what was touched; deletions are 0:0 devices, or names that a replaced folder covers. */
async function overlayRules(review: Review, workspace: { readonly lower: string; readonly upper: string }): Promise<WalkRules> {
  const shared = sharedFolders(workspace.upper, workspace.lower);
  const merged = review.mergedNames === null ? undefined : await review.mergedNames(shared);
  const opaque = merged === undefined ? await opaqueFolders(workspace.upper, shared, review.signal) : new Set<string>();
  return {
    isWhiteout: (stat) => stat.isCharacterDevice() && stat.rdev === 0,
    isUnchanged: () => false,
    gone: (path, hostOnly) => {
      const seen = merged?.get(path);
      if (seen !== undefined) {
        const names = new Set(seen);
        return hostOnly.filter((name) => !names.has(name));
      }
      return ancestors(path).some((folder) => opaque.has(folder)) ? hostOnly : [];
    },
  };
}

/** Folders that both sides have, without the root, which always merges. */
function sharedFolders(upper: string, lower: string): string[] {
  const found: string[] = [];
  const visit = (path: string, ours: Folder, theirs: Folder): void => {
    for (const entry of ours.names()) {
      if (entry.name === undefined) continue;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (scopeOf(below) === 'skip') continue;
      const left = ours.child(entry.name);
      const right = theirs.child(entry.name);
      if (left !== undefined && right !== undefined) {
        found.push(below);
        visit(below, left, right);
      }
      left?.close();
      right?.close();
    }
  };
  const roots = [Folder.open(upper), Folder.open(lower)] as const;
  try {
    visit('', ...roots);
  } finally {
    for (const root of roots) root.close();
  }
  return found;
}

function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
