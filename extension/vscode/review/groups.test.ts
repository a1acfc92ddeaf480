import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { groupOf, grouped, remark } from './groups.ts';

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({ path, status: 'modified', risk: null, bytes: 1, conflict: false, hash: 'a', ...more });

describe('the group of a changed file', () => {
  it.each([
    ['an ordinary change', {}, 'change'],
    ['a file that runs on the host', { risk: 'runs at every commit' }, 'risky'],
    ['a file both sides changed', { conflict: true }, 'conflict'],
    ['a risky file both sides changed', { conflict: true, risk: 'runs' }, 'conflict'],
    ['a special file', { refused: 'is a FIFO', conflict: true, risk: 'runs' }, 'refused'],
  ] as const)('of %s is right', (_what, more, group) => {
    expect(groupOf(file('a', more))).toBe(group);
  });
});

describe('a change set in groups', () => {
  it('has every file once, by path', () => {
    const groups = grouped([file('b'), file('a'), file('.git/hooks/pre-commit', { risk: 'runs at every commit' }), file('c', { conflict: true })]);
    expect([...groups].map(([name, files]) => [name, files.map((one) => one.path)])).toEqual([
      ['change', ['a', 'b']],
      ['risky', ['.git/hooks/pre-commit']],
      ['conflict', ['c']],
      ['refused', []],
    ]);
  });

  it('tells the reason for the group', () => {
    expect(remark(file('a', { refused: 'is a FIFO', risk: 'runs' }))).toBe('is a FIFO');
    expect(remark(file('a', { risk: 'runs' }))).toBe('runs');
    expect(remark(file('a'))).toBe('');
  });
});
