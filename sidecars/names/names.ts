import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** What opening says when there is no such folder, a symlink or file stands where a folder should, or the agent locked it. */
const notAFolder = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']);

/**
 * Names in `root/folder` for each folder; those that do not exist, may not be entered, or lie behind a symlink, are left out. The agent
 * writes here while we read, so every step is opened without following links and held while the next is taken from it.
 */
export async function namesIn(root: string, folders: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = Object.create(null);
  for (const folder of folders) {
    const handle = await openFolder(root, folder);
    if (handle === undefined) continue;
    try {
      found[folder] = (await readdir(throughHandle(handle))).sort();
    } finally {
      await handle.close();
    }
  }
  return found;
}

async function openFolder(root: string, folder: string): Promise<FileHandle | undefined> {
  const steps = folder.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) return undefined;
  let handle = await open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  for (const step of steps) {
    const next = await openStep(handle, step);
    await handle.close();
    if (next === undefined) return undefined;
    handle = next;
  }
  return handle;
}

async function openStep(parent: FileHandle, step: string): Promise<FileHandle | undefined> {
  try {
    return await open(`${throughHandle(parent)}/${step}`, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (error instanceof Error && 'code' in error && notAFolder.has(String(error.code))) return undefined;
    throw error;
  }
}

/** The open folder itself, wherever it has been moved since. */
function throughHandle(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}
