import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/**
 * Git's ignore rules below one root, read when a path asks for them: every `.gitignore` between the repository's root and
 * the path, and `info/exclude`. Git is not run.
 */
export class IgnoreRules {
  private readonly read = new Map<string, Ignore>();

  private constructor(private readonly root: string) {}

  /** The rules that hold in a folder: those of its repository, or its own when it is in none. */
  static of(folder: string): IgnoreRules {
    return new IgnoreRules(repositoryRoot(resolve(folder)));
  }

  /** True when this absolute path or a folder above it is ignored; as in git, what lies below an ignored folder stays ignored. */
  ignores(path: string, isFolder: boolean): boolean {
    const parts = relative(this.root, path).split('/');
    return parts.some((_, index) => this.matches(parts.slice(0, index + 1), isFolder || index < parts.length - 1));
  }

  /** The verdict of the deepest rule file that has one. */
  private matches(parts: readonly string[], isFolder: boolean): boolean {
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const below = parts.slice(depth).join('/') + (isFolder ? '/' : '');
      const verdict = this.rulesOf(join(this.root, ...parts.slice(0, depth)), depth === 0).test(below);
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  }

  private rulesOf(folder: string, isRoot: boolean): Ignore {
    const known = this.read.get(folder);
    if (known !== undefined) return known;
    const rules = ignore();
    if (isRoot) rules.add(readText(excludeFile(folder)));
    rules.add(readText(join(folder, '.gitignore')));
    this.read.set(folder, rules);
    return rules;
  }
}

/** The closest folder upwards that has a `.git`; the folder itself when none does. */
function repositoryRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    if (dirname(at) === at) return folder;
  }
}

/** `info/exclude` of a repository; a worktree's `.git` is a file that says where the common folder is. */
function excludeFile(root: string): string {
  const pointer = /^gitdir: (.+)$/m.exec(readText(join(root, '.git')))?.[1]?.trim();
  if (pointer === undefined) return join(root, '.git', 'info', 'exclude');
  const own = resolve(root, pointer);
  const common = readText(join(own, 'commondir')).trim();
  return join(common === '' ? own : resolve(own, common), 'info', 'exclude');
}

/** Up to 1 MiB of text; empty for what is no readable regular file. */
export function readText(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= 1024 * 1024 ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
