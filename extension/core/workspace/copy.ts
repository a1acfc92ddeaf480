import { createHash } from 'node:crypto';
import { constants, chmodSync, closeSync, createReadStream, lchownSync, lstatSync, lutimesSync, mkdirSync, openSync, symlinkSync, writeSync, type Stats } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { platform } from 'node:process';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { hasCode } from '../errors.ts';
import type { Owner } from '../backends/backend.ts';
import type { Progress } from '../ports.ts';
import { entryOf, noteCopy, type BaselineEntry } from './baselineFile.ts';
import { Folder } from './folder.ts';
import type { LeftOut } from './leftOut.ts';
import { largestFile, linkVersion, readSmallFile } from './version.ts';

/** Files up to this size are read once and written; larger ones are cloned where the file system can. */
const small = 1024 * 1024;

/** A copy of a workspace in the making. */
export interface CopyRequest {
  readonly from: string;
  /** Does not exist yet. */
  readonly to: string;
  /** Who gets the copy; null leaves it with the caller, who is not root. */
  readonly owner: Owner | null;
  readonly hidden: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

interface Copying extends CopyRequest {
  readonly entries: Map<string, BaselineEntry>;
  bytes: number;
  since: number;
}

/** Copies files, folders and links, as links; leaves out specials, hidden and unreadable files and what the rules leave out. Returns what it copied. */
export async function copyTree(request: CopyRequest): Promise<Map<string, BaselineEntry>> {
  const copying: Copying = { ...request, entries: new Map(), bytes: 0, since: 0 };
  const root = Folder.open(request.from);
  try {
    mkdirSync(request.to, { mode: 0o700 });
    await copyFolder(copying, root, '', request.to);
    finish(copying, request.to, 0o700);
  } finally {
    root.close();
  }
  return copying.entries;
}

async function copyFolder(copying: Copying, folder: Folder, at: string, to: string): Promise<void> {
  for (const { name } of folder.names()) {
    if (name === undefined) continue;
    const path = at === '' ? name : `${at}/${name}`;
    const target = `${to}/${name}`;
    const stat = folder.stat(name);
    if (stat === undefined || copying.hidden.has(path) || copying.leftOut(path, stat.isDirectory())) continue;
    await breathe(copying);
    if (stat.isDirectory()) await copyChild(copying, folder, name, path, target, stat);
    else if (stat.isSymbolicLink()) copyLink(copying, folder, name, path, target, stat);
    else if (stat.isFile()) await copyOne(copying, folder, name, path, target, stat);
  }
}

async function copyChild(copying: Copying, folder: Folder, name: string, path: string, target: string, stat: Stats): Promise<void> {
  const child = folder.child(name);
  if (child === undefined) return;
  try {
    mkdirSync(target, { mode: 0o700 });
    await copyFolder(copying, child, path, target);
    finish(copying, target, (stat.mode & 0o777) | 0o700, stat);
  } finally {
    child.close();
  }
}

function copyLink(copying: Copying, folder: Folder, name: string, path: string, target: string, stat: Stats): void {
  const version = linkVersion(folder, name);
  if (version.kind !== 'link') return;
  symlinkSync(version.target, target);
  finish(copying, target, null, stat);
  copying.entries.set(path, noteCopy(entryOf(stat, version.sha256), lstatSync(target)));
}

async function copyOne(copying: Copying, folder: Folder, name: string, path: string, target: string, stat: Stats): Promise<void> {
  try {
    const sha256 = stat.size <= small ? copySmall(folder, name, target) : await copyLarge(folder, name, target);
    if (sha256 === undefined) return;
    // Set-user-id has no business in a bottle; the owner can always read and write their copy.
    finish(copying, target, (stat.mode & 0o777) | 0o600, stat);
    copying.bytes += stat.size;
    copying.entries.set(path, noteCopy(entryOf(stat, sha256), lstatSync(target)));
  } catch (thrown) {
    if (!['EACCES', 'ENOENT', 'ELOOP', 'ENXIO'].some((code) => hasCode(thrown, code))) throw thrown;
  }
}

function copySmall(folder: Folder, name: string, target: string): string | undefined {
  const content = readSmallFile(folder, name, largestFile);
  if (content === undefined) return undefined;
  const fd = openSync(target, 'wx', 0o600);
  try {
    for (let done = 0; done < content.length; ) done += writeSync(fd, content, done);
  } finally {
    closeSync(fd);
  }
  return createHash('sha256').update(content).digest('hex');
}

async function copyLarge(folder: Folder, name: string, target: string): Promise<string | undefined> {
  // It may have become a link since it was looked at, and we may be root: what is copied is what was opened.
  const opened = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await opened.stat()).isFile()) return undefined;
    const source = platform === 'linux' ? `/proc/self/fd/${opened.fd}` : folder.at(name);
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } finally {
    await opened.close();
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(target), hash);
  return hash.digest('hex');
}

function finish(copying: Copying, target: string, mode: number | null, times?: Stats): void {
  if (mode !== null) chmodSync(target, mode);
  if (copying.owner !== null) lchownSync(target, copying.owner.uid, copying.owner.gid);
  if (times !== undefined) lutimesSync(target, times.atimeMs / 1000, times.mtimeMs / 1000);
}

async function breathe(copying: Copying): Promise<void> {
  const now = performance.now();
  if (now - copying.since < 20) return;
  await setImmediate();
  copying.signal.throwIfAborted();
  copying.progress.report({ name: 'Copying the workspace', bytes: copying.bytes });
  copying.since = performance.now();
}
