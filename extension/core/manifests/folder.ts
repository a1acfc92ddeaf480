import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { BottleError, hasCode } from '../errors.ts';

/** Largest manifest that is read, in bytes. */
export const largestManifest = 1024 * 1024;

const fileName = /^([a-z][a-z0-9-]*)\.md$/;

/** Whether a text may be the name of a manifest: its file name without `.md`. */
export function isManifestName(text: string): boolean {
  return fileName.test(`${text}.md`);
}

/** Manifest names of a folder, sorted, and `.md` files whose names no manifest may have. Opens no file. */
export interface ManifestNames {
  readonly names: readonly string[];
  readonly odd: readonly string[];
}

/** Lists a folder by file names only; a folder that is absent has none. Throws `manifest-invalid` when unreadable. */
export async function manifestNames(folder: string): Promise<ManifestNames> {
  const files = await readdir(folder).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) return [];
    throw new BottleError('manifest-invalid', `The manifest folder ${folder} cannot be read.`, { cause });
  });
  const markdown = files.filter((name) => name.endsWith('.md')).sort();
  return {
    names: markdown.flatMap((name) => fileName.exec(name)?.[1] ?? []),
    odd: markdown.filter((name) => !fileName.test(name)),
  };
}

/** The text of a manifest and the hash that consent refers to. */
export interface ManifestText {
  readonly path: string;
  readonly text: string;
  /** SHA-256 of the bytes, hex. */
  readonly sha256: string;
}

/**
 * Reads one manifest; undefined when there is none. A link is followed only while it stays below `border`, and only a
 * regular file of at most 1 MiB of UTF-8 is read. Throws `manifest-invalid`.
 */
export async function readManifest(path: string, border: string): Promise<ManifestText | undefined> {
  if ((await lstat(path).catch(absent)) === undefined) return undefined;
  const real = await realpath(path).catch((cause: unknown) => refuse(path, 'is a link that leads nowhere', cause));
  const folder = await realpath(border);
  if (!real.startsWith(`${folder}${sep}`)) refuse(path, `is a link that leaves ${border}`);
  // The real folder plus O_NOFOLLOW: a link put in place since is not followed; O_NONBLOCK: a pipe does not hang us.
  const file = await open(join(dirname(real), basename(real)), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => refuse(path, 'cannot be opened', cause),
  );
  try {
    const stat = await file.stat();
    if (!stat.isFile()) refuse(path, 'is not a regular file');
    if (stat.size > largestManifest) refuse(path, 'is larger than a manifest may be (1 MiB)');
    const buffer = Buffer.alloc(largestManifest + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = (await file.read(buffer, length, buffer.length - length, null)).bytesRead;
    }
    if (length > largestManifest) refuse(path, 'is larger than a manifest may be (1 MiB)');
    const bytes = buffer.subarray(0, length);
    return { path, text: decode(bytes, path), sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await file.close();
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    return refuse(path, 'is not UTF-8 text', cause);
  }
}

function refuse(path: string, why: string, cause?: unknown): never {
  throw new BottleError('manifest-invalid', `${path} ${why}.`, { cause });
}

function absent(cause: unknown): undefined {
  if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) return undefined;
  throw cause;
}
