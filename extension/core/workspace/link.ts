import { lstatSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { hasCode } from '../errors.ts';

/**
 * Why a link may not be made on the host, or null. Its target must be relative, climb only at its start, and end inside
 * the workspace also when every link that already exists there is followed.
 */
export function linkFault(root: string, path: string, target: string): string | null {
  if (target === '' || target.includes('\0')) return 'is a link with an unusable target.';
  if (target.startsWith('/') || /^[A-Za-z]:|\\/.test(target)) return 'is a link to an absolute path, which means something else outside the bottle.';
  const depth = path.split('/').length - 1;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const ups = climbs === -1 ? parts.length : climbs;
  // After a name, ".." means the parent of wherever that name leads, which need not be here.
  if (parts.slice(ups).includes('..')) return 'is a link whose target climbs up again after a folder name.';
  if (ups > depth) return 'is a link that leaves the workspace.';
  const start = path.split('/').slice(0, depth - ups);
  const real = realpathSync.native(root);
  let here = join(real, ...start);
  for (const part of parts.slice(ups)) {
    here = join(here, part);
    const resolved = realOrUndefined(here);
    if (resolved === undefined) return isNothing(here) ? null : 'is a link through another link that leads nowhere.';
    if (resolved !== real && !resolved.startsWith(`${real}${sep}`)) return 'is a link through another link that leaves the workspace.';
  }
  return null;
}

/** Whether the host has nothing there, be it for a file that stands where a folder would have to. */
function isNothing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (thrown) {
    return hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR');
  }
}

function realOrUndefined(path: string): string | undefined {
  try {
    // The one in JavaScript takes `..` after a link for the link's own parent.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
