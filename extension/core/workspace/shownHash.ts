import { createHash } from 'node:crypto';
import type { Version } from './version.ts';

/** Stands before the hash of a link's target, so that no link passes for a file with that target as its text. */
const linkMark = 'link:';

/** What a change set says of the bottle's version; null for what has no content. */
export function shownHash(version: Version): string | null {
  if (version.kind === 'link') return `${linkMark}${version.sha256}`;
  return version.kind === 'file' ? version.sha256 : null;
}

/** Takes such a hash apart. */
export function shownVersion(hash: string): { readonly kind: 'file' | 'link'; readonly sha256: string } {
  return hash.startsWith(linkMark) ? { kind: 'link', sha256: hash.slice(linkMark.length) } : { kind: 'file', sha256: hash };
}

/** Whether these bytes, a file's content or a link's target, are what the hash was shown for. */
export function isShown(content: Uint8Array, hash: string): boolean {
  return createHash('sha256').update(content).digest('hex') === shownVersion(hash).sha256;
}
