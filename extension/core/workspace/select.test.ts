import { expect, test } from 'vitest';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { namedBy, pick } from './select.ts';

const files = ['a', 'a.b', 'd/one', 'd/sub/two', 'dd/three'].map((path): ChangedFile => ({ path, status: 'added', risk: null, bytes: 0, conflict: false, hash: '' }));

test('a path names a change, or all below a folder, each once; what names nothing is told', () => {
  const { asked, unknown } = pick(files, ['d', './d/one', 'a', 'no', 'd/su']);
  expect(asked.map(({ path }) => path)).toEqual(['a', 'd/one', 'd/sub/two']);
  expect(unknown).toEqual(['no', 'd/su']);
  const isNamed = namedBy(['./d/', 'a']);
  expect(files.filter(({ path }) => isNamed(path)).map(({ path }) => path)).toEqual(['a', 'd/one', 'd/sub/two']);
});
