import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';
import type { Baseline } from './baselineFile.ts';
import { foldersAbove } from './foldersAbove.ts';

/**
 * Whether a file of the host without an entry, older than the bottle by its own ctime, was at this path when the bottle
 * started. A folder that is renamed takes its files along and changes nothing about them, so the folders are asked.
 */
export function presence(hostRoot: string, { unlisted, takenAt }: Pick<Baseline, 'unlisted' | 'takenAt'>, path: string): 'there' | 'new' | 'unknown' {
  const folders = ['', ...foldersAbove(path)];
  const unread = folders.findIndex((folder) => unlisted.get(folder)?.whole === true);
  // Where all that is above was looked into, its own folder alone tells.
  const [top = '', ...below] = folders.slice(unread === -1 ? folders.length - 1 : unread);
  const known = unlisted.get(top);
  if (known === undefined) return 'new';
  // A folder that was renamed has a new ctime itself, and so has one in which anything was.
  return known.ino === statOf(hostRoot, top).ino && below.every((folder) => statOf(hostRoot, folder).ctimeMs <= takenAt) ? 'there' : 'unknown';
}

/** A folder that goes away meanwhile has been nowhere. */
function statOf(hostRoot: string, folder: string): { readonly ino: number | undefined; readonly ctimeMs: number } {
  try {
    return lstatSync(join(hostRoot, folder));
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR')) return { ino: undefined, ctimeMs: Infinity };
    throw thrown;
  }
}
