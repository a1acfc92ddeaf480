import { canonicalPath } from './risk.ts';

/** What a listing does with a path: show it, look inside only, or leave it and everything below alone. */
export type Scope = 'show' | 'inside' | 'skip';

/** The parts of a repository's own folder that make git run or fetch something; the rest is objects and indexes. */
const steering = /^(?:hooks(?:\/(?!.*\.sample$).*)?|config(?:\.worktree)?|commondir|info|info\/attributes)$/;
const nested = /^(?:modules|worktrees)\/(?:.*\/)?(?:hooks\/(?!.*\.sample$)[^/]+|config(?:\.worktree)?|info\/attributes|gitdir|commondir)$/;
const heavy = /(?:^|\/)(?:objects|refs|logs|lfs)(?:\/|$)/;

/**
 * Of `.git` folders only what steers git is listed. Commits the agent made stay in the bottle: objects, refs and index
 * are one whole that cannot be taken file by file, and a host git must never run on files the agent wrote.
 */
export function scopeOf(path: string): Scope {
  const parts = canonicalPath(path).split('/');
  const at = parts.indexOf('.git');
  if (at === -1 || at === parts.length - 1) return 'show';
  const inside = parts.slice(at + 1).join('/');
  if (/^(?:modules|worktrees)(?:\/|$)/.test(inside)) return nested.test(inside) ? 'show' : heavy.test(inside) ? 'skip' : 'inside';
  return steering.test(inside) ? 'show' : 'skip';
}

/** Whether a path lies in the folder of a repository, which only counts where the host has that repository too. */
export function repositoryOf(path: string): string | undefined {
  const parts = path.split('/');
  const at = canonicalPath(path).split('/').indexOf('.git');
  return at === -1 || at === parts.length - 1 ? undefined : parts.slice(0, at + 1).join('/');
}
