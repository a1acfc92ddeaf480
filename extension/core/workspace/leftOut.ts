import { join, resolve } from 'node:path';
import ignore from 'ignore';
import type { Workspace } from '../../../schemas/manifest/workspace.ts';
import { BottleError } from '../errors.ts';
import { run } from '../process/run.ts';
import { IgnoreRules } from './gitIgnore.ts';

/** Whether a workspace-relative path stays out of the bottle. A folder that does takes all below it along. */
export type LeftOut = (path: string, isFolder: boolean) => boolean;

/** Room for the names of some million files. */
const mostNames = 256 * 1024 * 1024;

/** Whether a workspace shows less than the whole folder; only a copy can do that. */
export function leavesOut({ mode, include, exclude, gitIgnored }: Workspace): boolean {
  return mode === 'git' || include !== null || exclude.length > 0 || gitIgnored === 'hide';
}

/** The rules of a bottle about one folder. Throws `workspace-invalid` when it asks git about a folder that is no repository. */
export async function leftOutOf(folder: string, workspace: Workspace, signal: AbortSignal): Promise<LeftOut> {
  const { include, exclude, gitIgnored } = workspace;
  const rules: LeftOut[] = [];
  if (exclude.length > 0) rules.push(matching(exclude));
  if (include !== null) {
    const included = matching(include);
    rules.push((path, isFolder) => !isFolder && !isOfGit(path) && !included(path, false));
  }
  if (gitIgnored === 'hide') {
    const ignored = IgnoreRules.of(folder);
    rules.push((path, isFolder) => !isOfGit(path) && ignored.ignores(join(resolve(folder), path), isFolder));
  }
  if (workspace.mode === 'git') {
    const tracked = await trackedFiles(folder, signal);
    rules.push((path) => !isOfGit(path) && !tracked.has(path));
  }
  return (path, isFolder) => rules.some((rule) => rule(path, isFolder));
}

function matching(patterns: readonly string[]): LeftOut {
  const rules = ignore().add([...patterns]);
  return (path, isFolder) => rules.ignores(isFolder ? `${path}/` : path);
}

/** The repository itself comes along, so that the agent can use git. */
function isOfGit(path: string): boolean {
  return path === '.git' || path.startsWith('.git/');
}

/** What git has in its index below the folder, and every folder above that. */
async function trackedFiles(folder: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const file of await gitListed(folder, ['--cached'], signal)) for (let path = file; path !== '' && !found.has(path); path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) found.add(path);
  return found;
}

/** Folders that git tracks as repositories of their own: nothing in them is in this one. */
export async function submodulesOf(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const entries = await gitListed(folder, ['--cached', '--stage'], signal);
  return entries.filter((entry) => entry.startsWith('160000 ')).map((entry) => entry.slice(entry.indexOf('\t') + 1));
}

/** `git ls-files` of the person's own repository; nothing it names may run. */
async function gitListed(folder: string, options: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', `safe.directory=${folder}`];
  const { code, stdout, stderr } = await run(['git', ...harmless, '-C', folder, 'ls-files', '-z', ...options], { signal, keep: mostNames });
  if (code !== 0) {
    throw new BottleError('workspace-invalid', `The bottle takes a workspace from git, and git says about ${folder}: ${stderr.trim().split('\n')[0] ?? ''}`, {
      hint: 'Open a git repository, or choose workspace.mode copy in the bottle.',
    });
  }
  return stdout.split('\0').filter((entry) => entry !== '');
}
