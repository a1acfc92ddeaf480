import { constants, createWriteStream } from 'node:fs';
import { chmod, copyFile, lchown, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract as createExtract, type Header } from 'tar-stream';
import { BottleError } from '../../../errors.ts';
import type { Owner } from '../../backend.ts';

/** `left`: too long a path to be made here. */
type Kind = 'folder' | 'file' | 'link' | 'left';

/** PATH_MAX without its closing zero (limits.h): longer ones are made by walking, which no program here does. */
const longestPath = 4_095;

/**
 * Unpacks an archive written by a container into the empty folder `into`. The archive is hostile: its first path element
 * is dropped, a path that climbs or goes through anything but a folder of this archive is an error, no link is followed,
 * special files are left out, and set-id bits are cleared. Returns the paths that were left out for their length.
 */
export async function extractArchive(archive: Readable, into: string, owner: Owner, signal: AbortSignal): Promise<string[]> {
  const extract = createExtract();
  const flow = pipeline(archive, extract, { signal });
  flow.catch(() => undefined);
  const known = new Map<string, Kind>([['', 'folder']]);
  const folders: { path: string; mode: number; mtime: Date }[] = [];
  for await (const entry of extract) {
    const path = pathOf(entry.header.name);
    if (path !== '') await place(entry.header, Readable.from(entry), path, known, into, owner, folders);
    entry.resume();
  }
  await flow;
  // Last and deepest first: a folder without write permission could not be filled, and filling changes its time.
  for (const folder of folders.reverse()) {
    await chmod(join(into, folder.path), folder.mode);
    await utimes(join(into, folder.path), folder.mtime, folder.mtime);
  }
  return [...known].flatMap(([path, kind]) => (kind === 'left' ? [path] : []));
}

/** Workspace-relative path without the archive's top folder; empty for that folder itself. */
function pathOf(name: string): string {
  const [, ...steps] = name.replace(/\/+$/, '').split('/');
  if (name.startsWith('/') || name.includes('\0') || steps.some((step) => step === '' || step === '.' || step === '..')) {
    throw refused(name, 'its path leaves the workspace');
  }
  return steps.join('/');
}

async function place(header: Header, content: Readable, path: string, known: Map<string, Kind>, into: string, owner: Owner, folders: { path: string; mode: number; mtime: Date }[]): Promise<void> {
  const { type, mode = 0o600, mtime = new Date(0), linkname } = header;
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const full = join(into, path);
  if (known.get(parent) === 'left' || Buffer.byteLength(full) > longestPath) {
    known.set(path, 'left');
    return;
  }
  if (known.get(parent) !== 'folder') throw refused(path, 'it lies in something that is not a folder');
  if (known.has(path)) throw refused(path, 'it appears twice');
  const bits = mode & 0o777;
  switch (type) {
    case 'directory':
      await mkdir(full, { mode: 0o700 });
      folders.push({ path, mode: bits, mtime });
      known.set(path, 'folder');
      break;
    case 'symlink':
      await symlink(linkname ?? '', full);
      known.set(path, 'link');
      break;
    case 'file':
    case 'contiguous-file':
      await pipeline(content, createWriteStream(full, { flags: 'wx', mode: 0o600 }));
      await finish(full, bits, mtime);
      known.set(path, 'file');
      break;
    case 'link': {
      const source = pathOf(linkname ?? '');
      if (known.get(source) === 'left') {
        known.set(path, 'left');
        return;
      }
      if (known.get(source) !== 'file') throw refused(path, 'it is a hard link to something outside');
      await copyFile(join(into, source), full, constants.COPYFILE_EXCL);
      await finish(full, bits, mtime);
      known.set(path, 'file');
      break;
    }
    default:
      return;
  }
  if (process.geteuid?.() === 0) await lchown(full, owner.uid, owner.gid);
}

async function finish(file: string, mode: number, mtime: Date): Promise<void> {
  await utimes(file, mtime, mtime);
  await chmod(file, mode);
}

function refused(path: string, reason: string): BottleError {
  return new BottleError('refused', `The bottle's workspace was not taken back: "${path.slice(0, 200)}" is refused because ${reason}.`);
}
