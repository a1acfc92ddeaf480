import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, opendirSync, readdirSync, type Dirent, type Stats } from 'node:fs';
import { platform } from 'node:process';
import { hasCode } from '../errors.ts';

const openFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A name in a folder. Names that no text can hold, or that would deceive a reader, are shown escaped and never used. */
export type EntryName = { readonly name: string; readonly odd?: undefined } | { readonly name?: undefined; readonly odd: string };

/**
 * An open folder. What is done through `at` happens in this very folder, whatever a live agent renames or links
 * meanwhile: on Linux the path goes through the descriptor, as openat(2) would. Elsewhere it is the plain path, and
 * `child` at least refuses links. Close it.
 */
export class Folder {
  private constructor(
    private readonly fd: number,
    private readonly path: string,
  ) {}

  /** Opens the root of a tree, itself trusted. */
  static open(path: string): Folder {
    return new Folder(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY), path);
  }

  /** Path of an entry for the next call; following it beyond this entry is up to the flags of that call. */
  at(name: string): string {
    return platform === 'linux' ? `/proc/self/fd/${this.fd}/${name}` : `${this.path}/${name}`;
  }

  /** The folder of this name; undefined when there is none or it is anything else, a link included. */
  child(name: string): Folder | undefined {
    try {
      return new Folder(openSync(this.at(name), openFolder), `${this.path}/${name}`);
    } catch (thrown) {
      if (isNoFolder(thrown)) return undefined;
      throw thrown;
    }
  }

  /** Creates the folder unless it exists; undefined when something else has the name. */
  make(name: string): { readonly folder: Folder; readonly created: boolean } | undefined {
    const before = this.child(name);
    if (before !== undefined) return { folder: before, created: false };
    if (this.stat(name) !== undefined) return undefined;
    mkdirSync(this.at(name), { mode: 0o755 });
    const folder = this.child(name);
    return folder === undefined ? undefined : { folder, created: true };
  }

  /** The entry itself, never what a link points to. */
  stat(name: string): Stats | undefined {
    try {
      return lstatSync(this.at(name));
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ENOTDIR') || hasCode(thrown, 'ENAMETOOLONG')) return undefined;
      throw thrown;
    }
  }

  /** Names in it, sorted bytewise; none when it was removed meanwhile. */
  names(): EntryName[] {
    try {
      return readdirSync(platform === 'linux' ? `/proc/self/fd/${this.fd}` : this.path, { encoding: 'buffer' })
        .sort(Buffer.compare)
        .map(entryName);
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return [];
      throw thrown;
    }
  }

  /** Names in it, as they come; fewer and fewer when it is removed meanwhile. A folder of any size takes little time for each. */
  *namesAsTheyCome(): Generator<EntryName, void, undefined> {
    const opened = opendirSync(platform === 'linux' ? `/proc/self/fd/${this.fd}` : this.path, { encoding: 'latin1', bufferSize: 256 });
    const next = (): Dirent | null => {
      try {
        return opened.readSync();
      } catch (thrown) {
        if (hasCode(thrown, 'ENOENT')) return null;
        throw thrown;
      }
    };
    try {
      // Latin-1 is one character a byte, so no name loses any.
      for (let entry = next(); entry !== null; entry = next()) yield entryName(Buffer.from(entry.name, 'latin1'));
    } finally {
      opened.closeSync();
    }
  }

  /** Who owns the folder. */
  owner(): { readonly uid: number; readonly gid: number } {
    const { uid, gid } = fstatSync(this.fd);
    return { uid, gid };
  }

  /** The open descriptor, for fsync. */
  get descriptor(): number {
    return this.fd;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Runs `use` in the folder these names lead to from the root; undefined when one is not a real folder. */
export function inFolder<T>(root: Folder, names: readonly string[], use: (folder: Folder) => T): T | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return use(root);
  const next = root.child(name);
  if (next === undefined) return undefined;
  try {
    return inFolder(next, rest, use);
  } finally {
    next.close();
  }
}

/** The same for a use that gives others their turn. */
export async function whileInFolder<T>(root: Folder, names: readonly string[], use: (folder: Folder) => Promise<T>): Promise<T | undefined> {
  const [name, ...rest] = names;
  if (name === undefined) return use(root);
  const next = root.child(name);
  if (next === undefined) return undefined;
  try {
    return await whileInFolder(next, rest, use);
  } finally {
    next.close();
  }
}

/** `a/b/c` as the names of its folders and its own name. Throws on what is no workspace-relative path. */
export function splitPath(path: string): { readonly folders: readonly string[]; readonly name: string } {
  const parts = path.split('/');
  const name = parts.pop();
  if (name === undefined || [...parts, name].some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
    throw new RangeError(`${JSON.stringify(path)} is not a path inside the workspace`);
  }
  return { folders: parts, name };
}

/** Marks without a look of their own where what stands before them needs one: emoji, ideographs, scripts that join. */
const meant = [
  /(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]/u,
  /(?<=[0-9#*])\uFE0F(?=\u20E3)/u,
  /(?<=\p{Ideographic})\p{Variation_Selector}/u,
  /(?<=\p{Script=Mongolian})[\u180B-\u180D\u180F]/u,
  /(?<=[^\0-\x7F\u200C\u200D])[\u200C\u200D]/u,
].map(({ source }) => source);

/**
 * Control characters, line separators, and what is not seen or reorders what is (all of Bidi_Control is ignorable by
 * default): a name with one reads as something else.
 */
const deceiving = new RegExp(String.raw`[\p{Cc}\p{Zl}\p{Zp}\uFFF9-\uFFFB]|(?!${meant.join('|')})\p{Default_Ignorable_Code_Point}`, 'u');

function entryName(bytes: Buffer): EntryName {
  const text = bytes.toString('utf8');
  if (!deceiving.test(text) && Buffer.from(text, 'utf8').equals(bytes)) return { name: text };
  return { odd: escaped(bytes) };
}

function escaped(bytes: Buffer): string {
  return [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('');
}

function isNoFolder(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG', 'ENXIO'].some((code) => hasCode(thrown, code));
}
