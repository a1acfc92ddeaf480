import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, readlinkSync, type Stats } from 'node:fs';
import { hasCode } from '../errors.ts';
import type { Folder } from './folder.ts';
import { type Reading, steps } from './reading.ts';

/** Largest file that is taken out of a bottle, in bytes. */
export const largestFile = 256 * 1024 * 1024;

/** What stands at a path of one side. Two versions with equal `kind`, `sha256` and `executable` are the same. */
export type Version =
  | { readonly kind: 'absent' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly sha256: string; readonly executable: boolean; readonly bytes: number }
  /** `sha256` is that of the target text. */
  | { readonly kind: 'link'; readonly sha256: string; readonly target: string; readonly bytes: number }
  /** Nothing that may be read: device, pipe, socket, too large, unreadable. */
  | { readonly kind: 'special'; readonly why: string };

export const absent: Version = { kind: 'absent' };

/** Same content, kind and executable bit. Special entries are never the same as anything. */
export function sameVersion(a: Version, b: Version): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.sha256 === b.sha256 && a.executable === b.executable;
  if (a.kind === 'link' && b.kind === 'link') return a.sha256 === b.sha256;
  return a.kind === b.kind && a.kind !== 'special';
}

/** Reads an entry without following, blocking or trusting it. `known` spares reading a file whose hash is known. */
export async function readVersion(reading: Pick<Reading, 'did'>, folder: Folder, name: string, stat: Stats | undefined = folder.stat(name), known?: string): Promise<Version> {
  if (stat === undefined) return absent;
  if (stat.isDirectory()) return { kind: 'folder' };
  if (stat.isSymbolicLink()) return linkVersion(folder, name);
  if (!stat.isFile()) return { kind: 'special', why: `is a ${specialName(stat)}: those never leave a bottle.` };
  if (stat.size > largestFile) return { kind: 'special', why: 'is larger than 256 MiB: files that large are not taken out of a bottle.' };
  if (known !== undefined) return { kind: 'file', sha256: known, executable: isExecutable(stat), bytes: stat.size };
  const hash = createHash('sha256');
  try {
    const read = await readFileChunks(reading, folder, name, (chunk) => hash.update(chunk));
    if (read === undefined) return { kind: 'special', why: 'changed its kind while it was read.' };
    return { kind: 'file', sha256: hash.digest('hex'), executable: read.executable, bytes: read.bytes };
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return absent;
    if (hasCode(thrown, 'EACCES') || hasCode(thrown, 'EPERM')) return { kind: 'special', why: 'may not be read.' };
    throw thrown;
  }
}

/** What was read of a file. */
export interface FileRead {
  readonly bytes: number;
  readonly executable: boolean;
  readonly stat: Stats;
}

/** Hands a regular file over in pieces, and the thread to others in between; undefined when it is anything else or outgrows the limit while read. */
export async function readFileChunks(reading: Pick<Reading, 'did'>, folder: Folder, name: string, take: (chunk: Uint8Array) => void): Promise<FileRead | undefined> {
  const pieces = piecesOf(folder, name);
  try {
    for (;;) {
      const piece = pieces.next();
      if (piece.done === true) return piece.value;
      take(piece.value);
      await reading.did((steps.mebibyte * piece.value.length) / pieceSize);
    }
  } finally {
    pieces.return(undefined);
  }
}

/** The whole of a file up to `limit` bytes; undefined when it is no regular file, absent or larger. */
export function readSmallFile(folder: Folder, name: string, limit: number): Buffer | undefined {
  const stat = folder.stat(name);
  if (stat === undefined || !stat.isFile() || stat.size > limit) return undefined;
  const chunks: Buffer[] = [];
  const pieces = piecesOf(folder, name);
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value === undefined || piece.value.bytes > limit ? undefined : Buffer.concat(chunks);
    chunks.push(Buffer.from(piece.value));
  }
}

const pieceSize = 1024 * 1024;

/** Each piece is only good until the next. Ends with undefined when it is no regular file or outgrows the limit. */
function* piecesOf(folder: Folder, name: string): Generator<Uint8Array, FileRead | undefined, undefined> {
  let fd: number;
  try {
    fd = openSync(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (hasCode(thrown, 'ELOOP') || hasCode(thrown, 'ENXIO') || hasCode(thrown, 'ENODEV')) return undefined;
    throw thrown;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > largestFile) return undefined;
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(stat.size + 1, pieceSize)));
    let bytes = 0;
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      bytes += read;
      if (bytes > largestFile) return undefined;
      yield buffer.subarray(0, read);
    }
    return { bytes, executable: isExecutable(stat), stat };
  } finally {
    closeSync(fd);
  }
}

/** The owner's executable bit is the one that counts, as in git. */
export function isExecutable(stat: Stats): boolean {
  return (stat.mode & 0o100) !== 0;
}

/** The version of a link. */
export function linkVersion(folder: Folder, name: string): Version {
  let bytes: Buffer;
  try {
    bytes = readlinkSync(folder.at(name), { encoding: 'buffer' });
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT') || hasCode(thrown, 'EINVAL')) return absent;
    throw thrown;
  }
  const target = bytes.toString('utf8');
  if (!Buffer.from(target, 'utf8').equals(bytes)) return { kind: 'special', why: 'is a link whose target is not UTF-8 text.' };
  return { kind: 'link', target, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

function specialName(stat: Stats): string {
  if (stat.isFIFO()) return 'named pipe';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'special file';
}
