import { createHash } from 'node:crypto';
import type { Version } from './version.ts';

/** Stands before the hash of a link's target, so that no link passes for a file with that target as its text. */
const linkMark = 'link:';

/** Stands before the hash of an executable file, so that none is taken that was shown as an ordinary one. */
const executableMark = 'exec:';

/** What a change set says of the bottle's version; null for what has no content. */
export function shownHash(version: Version): string | null {
  if (version.kind === 'link') return `${linkMark}${version.sha256}`;
  if (version.kind !== 'file') return null;
  return version.executable ? `${executableMark}${version.sha256}` : version.sha256;
}

/** Takes such a hash apart. */
export function shownVersion(hash: string): { readonly kind: 'file' | 'link'; readonly sha256: string; readonly executable: boolean } {
  const mark = [linkMark, executableMark].find((one) => hash.startsWith(one));
  return { kind: mark === linkMark ? 'link' : 'file', sha256: hash.slice(mark?.length ?? 0), executable: mark === executableMark };
}

/** Whether these bytes, a file's content or a link's target, are what the hash was shown for. */
export function isShown(content: Uint8Array, hash: string): boolean {
  return createHash('sha256').update(content).digest('hex') === shownVersion(hash).sha256;
}
