import type { ChangedFile, ChangeSet } from '../../../schemas/protocol/changeSet.ts';
import { keepBase } from './baseContent.ts';
import { addLearnt, loadBaseline, type Baseline } from './baselineFile.ts';
import { Folder, inFolder } from './folder.ts';
import { closedFault, judge, nameFault, refusedEntry, type Judged } from './judge.ts';
import { bottleRoot, type Review } from './review.ts';
import { walkRules } from './rules.ts';
import { repositoryOf } from './scope.ts';
import { withSurroundings } from './surroundings.ts';
import { walkBoth } from './walk.ts';

/**
 * What the agent did to its workspace, sorted by path. Everything on the bottle's side is taken for hostile and may
 * change while it is read; the hash of each entry says which content was seen. Throws `refused` when it holds too much.
 */
export async function readChanges(review: Review): Promise<ChangeSet> {
  const baseline = await loadBaseline(review.scratchDir);
  const known = hashed(baseline);
  const files = await compare(review, baseline);
  if (hashed(baseline) !== known) await addLearnt(review.scratchDir, review.signal, baseline);
  return { slug: review.slug, files };
}

async function compare(review: Review, baseline: Baseline): Promise<ChangedFile[]> {
  const found: Judged[] = [];
  const rules = await walkRules(review, baseline);
  const bottle = Folder.open(bottleRoot(review.workspace));
  const host = Folder.open(review.workspace.lower);
  try {
    await walkBoth(
      {
        rules,
        hidden: new Set(review.hidden),
        signal: review.signal,
        visit: (candidate) => {
          // A repository the agent made itself stays in the bottle whole.
          if (!hasRepository(host, candidate.path)) return;
          const judged = judge(candidate, baseline, review.workspace.lower);
          if (judged === undefined) return;
          found.push(judged);
          const base = baseline.entries.get(candidate.path)?.sha256 ?? null;
          if (!judged.change.conflict && candidate.host !== null && base !== null) keepBase(review.scratchDir, candidate.host, candidate.name, base);
        },
        odd: (path) => found.push({ change: refusedEntry(path, nameFault), target: null }),
        closed: (path) => found.push({ change: refusedEntry(path, closedFault), target: null }),
      },
      bottle,
      host,
    );
    const files = await withSurroundings(found, host, review);
    return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  } finally {
    bottle.close();
    host.close();
  }
}

/** True for everything but the inside of a repository folder that the host does not have. */
function hasRepository(host: Folder, path: string): boolean {
  const repository = repositoryOf(path);
  return repository === undefined || inFolder(host, repository.split('/'), () => true) === true;
}

function hashed(baseline: Baseline): number {
  let count = 0;
  for (const entry of baseline.entries.values()) if (entry.sha256 !== null) count++;
  return count;
}
