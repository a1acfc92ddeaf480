import type { ChangedFile, ChangeSet } from '../../../schemas/protocol/changeSet.ts';
import { keepBase } from './baseContent.ts';
import { addLearnt, loadBaseline, type Baseline } from './baselineFile.ts';
import { depthFault } from './depth.ts';
import { Folder, inFolder } from './folder.ts';
import { closedFault, judge, nameFault, refusedEntry, type Judged } from './judge.ts';
import { mostRead, type Reading, startReading, steps } from './reading.ts';
import { bottleRoot, type Review } from './review.ts';
import { walkRules } from './rules.ts';
import { repositoryOf } from './scope.ts';
import { namedBy } from './select.ts';
import { withSurroundings } from './surroundings.ts';
import { largestFile } from './version.ts';
import { type Candidate, compareTexts, walkBoth } from './walk.ts';

/** What must be read whatever it costs, and how much else may be. */
export interface Look {
  /** Paths of files and folders; `all` names none. */
  readonly paths?: readonly string[] | 'all';
  readonly mostRead?: number;
}

/** Why a file beyond what one look reads stays, for now. */
export const unreadFault = 'was not read: the changed files before it hold too much for one look. Apply or discard it by its own path or folder, and it is read.';

/**
 * What the agent did to its workspace, sorted by path. Everything on the bottle's side is taken for hostile and may
 * change while it is read; the hash of each entry says which content was seen. Throws `refused` when it holds too much.
 */
export async function readChanges(review: Review, look: Look = {}): Promise<ChangeSet> {
  const baseline = await loadBaseline(review.scratchDir);
  const known = hashed(baseline);
  const files = await compare(review, baseline, look);
  if (hashed(baseline) !== known) await addLearnt(review.scratchDir, review.signal, baseline);
  return { slug: review.slug, files };
}

async function compare(review: Review, baseline: Baseline, { paths = 'all', mostRead: limit = mostRead }: Look): Promise<ChangedFile[]> {
  const found: Judged[] = [];
  const reading = startReading(review.signal, limit);
  const isNamed = paths === 'all' ? () => false : namedBy(paths);
  const rules = await walkRules(review, baseline, reading);
  const bottle = Folder.open(bottleRoot(review.workspace));
  const host = Folder.open(review.workspace.lower);
  try {
    await walkBoth(
      {
        rules,
        hidden: new Set(review.hidden),
        reading,
        visit: async (candidate) => {
          // A repository the agent made itself stays in the bottle whole.
          if (!hasRepository(host, candidate.path)) return;
          await reading.did(steps.comparison);
          const isRead = isNamed(candidate.path) || isAffordable(candidate, reading);
          const judged = isRead ? await judge(candidate, baseline, review.workspace.lower, reading) : unread(candidate);
          if (judged === undefined) return;
          found.push(judged);
          const base = baseline.entries.get(candidate.path)?.sha256 ?? null;
          if (!judged.change.conflict && candidate.host !== null && base !== null) keepBase(review.scratchDir, candidate.host, candidate.name, base);
        },
        odd: (path) => found.push({ change: refusedEntry(path, nameFault), target: null }),
        closed: (path) => found.push({ change: refusedEntry(path, closedFault), target: null }),
        deep: (path) => found.push({ change: refusedEntry(path, depthFault), target: null }),
      },
      bottle,
      host,
    );
    const files = await withSurroundings(found, host, review);
    return files.sort((one, other) => compareTexts(one.path, other.path));
  } finally {
    bottle.close();
    host.close();
  }
}

/** Whether the agent's file still fits into what one look reads. What is never read costs nothing. */
function isAffordable({ bottleStat }: Candidate, reading: Reading): boolean {
  return bottleStat?.isFile() !== true || bottleStat.size > largestFile || reading.affords(bottleStat.size);
}

function unread({ path, name, host, bottleStat }: Candidate): Judged {
  const status = host?.stat(name) === undefined ? 'added' : 'modified';
  return { change: { ...refusedEntry(path, unreadFault), status, bytes: bottleStat?.size ?? 0 }, target: null };
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
