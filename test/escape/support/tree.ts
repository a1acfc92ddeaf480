import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Everything below a folder, one line each: path, kind and mode, owner, time of change, content. Links are not followed. */
export async function treeOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = await Promise.all(entries.map(({ parentPath, name }) => lineOf(folder, join(parentPath, name))));
  return lines.sort();
}

async function lineOf(folder: string, path: string): Promise<string> {
  const { mode, uid, gid, mtimeMs, nlink } = await lstat(path);
  const kind = mode & 0o170000;
  const content = kind === 0o100000 ? createHash('sha256').update(await readFile(path)).digest('hex') : kind === 0o120000 ? await readlink(path) : '';
  return [relative(folder, path), mode.toString(8), uid, gid, kind === 0o040000 ? '' : nlink, mtimeMs, content].join(' ');
}
