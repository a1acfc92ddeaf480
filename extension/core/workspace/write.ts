import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fchownSync, fsyncSync, lchownSync, openSync, readlinkSync, renameSync, rmdirSync, symlinkSync, unlinkSync, writeSync, type Stats } from 'node:fs';
import { hasCode } from '../errors.ts';
import type { Folder } from './folder.ts';
import type { Reading } from './reading.ts';
import { readFileChunks } from './version.ts';

/** A file on its way to the other side. */
export interface Transfer {
  readonly reading: Pick<Reading, 'did'>;
  readonly from: Folder;
  readonly to: Folder;
  readonly name: string;
  /** SHA-256 of what is to be written; anything else is not. */
  readonly sha256: string;
  /** Whether that is an executable file. */
  readonly executable: boolean;
  readonly kind: 'file' | 'link';
  /** The entry it replaces as it was judged; it must be that still when the new one takes its place. */
  readonly judged: Stats | undefined;
  /** Takes nothing of the replaced entry's permissions, as a new file would. */
  readonly fresh?: true;
}

/**
 * Puts one file or link in place so that a crash leaves the old or the new one whole. Returns null, or the sentence why
 * nothing was done. Permissions are the host's own; the agent decides nothing but the executable bit.
 */
export async function transfer(request: Transfer): Promise<string | null> {
  const temp = `.bot-bottle-${randomBytes(8).toString('hex')}`;
  try {
    const fault = request.kind === 'link' ? writeLink(request, temp) : await writeFile(request, temp);
    if (fault !== null) return fault;
    if (!sameEntry(request.judged, request.to.stat(request.name))) return 'The host changed it at this very moment.';
    if (request.judged?.isDirectory() === true) rmdirSync(request.to.at(request.name));
    renameSync(request.to.at(temp), request.to.at(request.name));
    return null;
  } catch (thrown) {
    if (hasCode(thrown, 'ENOTEMPTY') || hasCode(thrown, 'EEXIST')) return 'A folder with files in it has its place; take the deletions in it too.';
    throw thrown;
  } finally {
    removeQuietly(request.to, temp);
  }
}

async function writeFile({ reading, from, to, name, sha256, executable, judged, fresh }: Transfer, temp: string): Promise<string | null> {
  const fd = openSync(to.at(temp), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const hash = createHash('sha256');
    const read = await readFileChunks(reading, from, name, (chunk) => {
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    });
    if (read === undefined || hash.digest('hex') !== sha256 || read.executable !== executable) return changedMeanwhile;
    if (process.getuid?.() === 0) {
      const owner = judged?.isFile() === true ? judged : to.owner();
      fchownSync(fd, owner.uid, owner.gid);
    }
    fchmodSync(fd, modeFor(fresh === true ? undefined : judged, executable));
    fsyncSync(fd);
    return null;
  } finally {
    closeSync(fd);
  }
}

function writeLink({ from, to, name, sha256 }: Transfer, temp: string): string | null {
  const target = readlinkSync(from.at(name), { encoding: 'buffer' });
  if (createHash('sha256').update(target).digest('hex') !== sha256) return changedMeanwhile;
  symlinkSync(target, to.at(temp));
  if (process.getuid?.() === 0) {
    const { uid, gid } = to.owner();
    lchownSync(to.at(temp), uid, gid);
  }
  return null;
}

const changedMeanwhile = 'The agent changed it again since it was looked at.';

/** Keeps what the host allowed, never more than the usual for a new file; no set-id or sticky bit ever. */
function modeFor(judged: Stats | undefined, executable: boolean): number {
  if (judged?.isFile() !== true) return executable ? 0o755 : 0o644;
  const kept = judged.mode & 0o666;
  return executable ? kept | ((kept & 0o444) >> 2) : kept;
}

/** Whether a name still stands for the very same thing, untouched. */
export function sameEntry(before: Stats | undefined, now: Stats | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return before.ino === now.ino && before.dev === now.dev && before.size === now.size && before.ctimeMs === now.ctimeMs;
}

function removeQuietly(folder: Folder, name: string): void {
  try {
    unlinkSync(folder.at(name));
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOENT')) throw thrown;
  }
}
