import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { aliasesOf, bottleLink, hostLinks, namesOf, type Aliases } from './aliases.ts';
import { Folder, inFolder, splitPath } from './folder.ts';
import { foldersAbove } from './foldersAbove.ts';
import type { Judged } from './judge.ts';
import type { Review } from './review.ts';
import { canonicalPath, isPackageFile, placeRisk } from './risk.ts';

/** What lies in a folder that git takes for a repository. */
const repositoryFiles = /^(?:config(?:\.worktree)?|commondir|gitdir|index|packed-refs|shallow|(?:objects|refs|hooks|info|modules|worktrees|reftable)\/.*)$/s;

/** Adds the risks that lie in what is around a path: links that lead from or to it, and files beside it. */
export async function withSurroundings(judged: readonly Judged[], host: Folder, { workspace, signal }: Pick<Review, 'workspace' | 'signal'>): Promise<ChangedFile[]> {
  const changes = judged.map(({ change }) => change);
  const undecided = (change: ChangedFile): boolean => change.risk === null && change.refused === undefined;
  if (!changes.some(undecided)) return changes;
  const made = judged.flatMap(({ change, target }) => (target === null || change.refused !== undefined ? [] : [bottleLink(change.path, target)]));
  const aliases = aliasesOf([...(await hostLinks(workspace.lower, signal)), ...made]);
  const byPath = new Map(judged.map((one) => [one.change.path, one]));
  const heads = new Set(changes.filter(({ status }) => status !== 'deleted').map(({ path }) => canonicalPath(path)));
  return judged.map(({ change, target }) => {
    if (!undecided(change)) return change;
    const risk = (target === null ? null : linkRisk(bottleLink(change.path, target).leadsTo, byPath, host)) ?? aliasRisk(change.path, aliases) ?? repositoryRisk(change.path, heads, host);
    return { ...change, risk };
  });
}

/** A link is ordinary only where it leads to a file: one to a folder, or to nothing yet, gives files a second place. */
function linkRisk(leadsTo: readonly string[], changes: ReadonlyMap<string, Judged>, host: Folder): string | null {
  return leadsTo.length > 0 && leadsTo.every((path) => isFile(path, changes, host)) ? null : 'It is a link that does not lead to a file: whatever lies or comes where it leads appears here too.';
}

function isFile(path: string, changes: ReadonlyMap<string, Judged>, host: Folder): boolean {
  if (path === '') return false;
  const own = changes.get(path);
  if (own !== undefined) return own.target === null && own.change.status !== 'deleted' && own.change.refused === undefined;
  const { folders, name } = splitPath(path);
  if (foldersAbove(path).some((folder) => changes.has(folder))) return false;
  return inFolder(host, folders, (folder) => folder.stat(name)?.isFile()) === true;
}

function aliasRisk(path: string, aliases: Aliases): string | null {
  const names = namesOf(path, aliases);
  if (names === undefined) return 'Links make it appear at too many places to look at each.';
  for (const name of names) {
    if (isPackageFile(name)) return `A link makes it the package.json at ${name}.`;
    const why = placeRisk(name);
    if (why !== null) return `A link makes it appear at ${name}. ${why}`;
  }
  return null;
}

/** Files that count once a folder has a HEAD, which itself is never taken without a yes. */
function repositoryRisk(path: string, changed: ReadonlySet<string>, host: Folder): string | null {
  const parts = path.split('/');
  const canonical = canonicalPath(path).split('/');
  const at = parts.findIndex((_, index) => {
    if (!repositoryFiles.test(canonical.slice(index).join('/'))) return false;
    return changed.has([...canonical.slice(0, index), 'head'].join('/')) || inFolder(host, parts.slice(0, index), (folder) => folder.stat('HEAD') !== undefined) === true;
  });
  return at === -1 ? null : 'With the HEAD beside it, Git takes the folder for a repository and runs what this names.';
}
