import { describe, expect, it } from 'vitest';
import { changeUriParts, readChangeUri } from './changeUri.ts';

const hash = 'a'.repeat(64);
const identity = { slug: 'fix-tests', path: 'src/sum.js', hash };

describe('the URI of one side of a change', () => {
  it('round-trips for every side', () => {
    for (const side of ['base', 'host', 'bottle'] as const) expect(readChangeUri(changeUriParts(side, identity))).toEqual({ side, ...identity });
  });

  it('has the same path on both sides of a diff', () => {
    expect(changeUriParts('base', identity).path).toBe(changeUriParts('bottle', identity).path);
  });

  it('keeps a deletion, and the hash of a link or an executable file', () => {
    for (const kept of [null, `link:${hash}`, `exec:${hash}`]) expect(readChangeUri(changeUriParts('bottle', { ...identity, hash: kept }))).toMatchObject({ hash: kept });
  });

  it.each([
    ['another scheme', { scheme: 'file', path: '/src/sum.js', query: JSON.stringify(identity) }],
    ['no query', { scheme: 'bottle-change', path: '/src/sum.js', query: '' }],
    ['a path that differs from the identity', { scheme: 'bottle-change', path: '/etc/passwd', query: JSON.stringify(identity) }],
    ['a slug that leaves the state folder', { scheme: 'bottle-change', path: '/a', query: JSON.stringify({ slug: '../x', path: 'a', hash }) }],
    ['a hash that is none', { scheme: 'bottle-change', path: '/a', query: JSON.stringify({ slug: 'x', path: 'a', hash: 'zz' }) }],
  ])('is refused with %s', (_what, parts) => {
    expect(readChangeUri(parts)).toBeUndefined();
  });
});
