import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { applyPlan, seenHashes } from './applyPlan.ts';

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({ path, status: 'modified', risk: null, bytes: 1, conflict: false, hash: `hash of ${path}`, ...more });

describe('an apply of several files', () => {
  const files = [file('a'), file('hook', { risk: 'runs' }), file('both', { conflict: true }), file('fifo', { refused: 'special' })];

  it('takes plain files, asks for risky ones and leaves the rest', () => {
    const { plain, risky, left } = applyPlan(files);
    expect([plain, risky, left].map((list) => list.map((one) => one.path))).toEqual([['a'], ['hook'], ['both', 'fifo']]);
  });

  it('names the exact content that was seen', () => {
    expect(seenHashes([file('a'), file('gone', { status: 'deleted', hash: null })])).toEqual(new Map([['a', 'hash of a'], ['gone', null]]));
  });
});
