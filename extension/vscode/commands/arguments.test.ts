import { describe, expect, it } from 'vitest';
import { changeUriParts } from '../review/changeUri.ts';
import { changeIn, changesIn, slugIn } from './arguments.ts';

const hash = 'b'.repeat(64);
const resource = (path: string) => ({ slug: 'demo', file: { path, status: 'modified', hash } });

describe('what a menu hands to a command', () => {
  it('names a bottle as a line of the view, a slug, a change or a URI', () => {
    const uri = changeUriParts('bottle', { slug: 'demo', path: 'a/b.ts', hash });
    expect([{ kind: 'bottle', slug: 'demo' }, 'demo', resource('x'), uri].map(slugIn)).toEqual(['demo', 'demo', 'demo', 'demo']);
  });

  it('names no bottle when it is something else', () => {
    expect([undefined, null, 7, {}, { slug: 7 }, { scheme: 'file', path: '/a', query: '' }].map(slugIn)).toEqual(Array(6).fill(undefined));
  });

  it('names a change by entry or by the URI of a diff', () => {
    const uri = changeUriParts('bottle', { slug: 'demo', path: 'a/b.ts', hash });
    expect([changeIn(resource('a')), changeIn(uri)]).toEqual([{ slug: 'demo', path: 'a', hash }, { slug: 'demo', path: 'a/b.ts', hash }]);
  });

  it('names no change by what the agent did not make', () => {
    const base = changeUriParts('base', { slug: 'demo', path: 'a/b.ts', hash: null });
    expect([base, { slug: 'demo', file: { path: 'a' } }].map(changeIn)).toEqual([undefined, undefined]);
  });

  it('names every selected change once', () => {
    expect(changesIn([resource('a'), [resource('a'), resource('b')]])).toEqual([{ slug: 'demo', path: 'a', hash }, { slug: 'demo', path: 'b', hash }]);
  });

  it('names all changes of a group', () => {
    expect(changesIn([{ id: 'risky', resourceStates: [resource('a'), resource('b')] }]).map((change) => change.path)).toEqual(['a', 'b']);
  });
});
