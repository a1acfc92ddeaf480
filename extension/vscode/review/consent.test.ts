import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../../../schemas/protocol/changeSet.ts';
import { english } from '../words.ts';
import { discardQuestion, riskQuestion } from './consent.ts';

const risky = (path: string): ChangedFile => ({ path, status: 'modified', risk: 'runs at every commit', bytes: 1, conflict: false, hash: 'a' });

describe('the question before a risky file is applied', () => {
  it('names each file and its reason', () => {
    const { detail, yes } = riskQuestion([risky('.git/hooks/pre-commit'), risky('package.json')], english);
    expect(detail).toBe('.git/hooks/pre-commit: runs at every commit\npackage.json: runs at every commit');
    expect(yes).toBe('Apply All 2');
  });

  it('says how many it does not name', () => {
    const { detail } = riskQuestion(Array.from({ length: 15 }, (_, index) => risky(`file-${index}`)), english);
    expect(detail.split('\n')).toHaveLength(13);
    expect(detail).toContain('and 3 more');
  });
});

describe('the question before a discard', () => {
  it('names the files and says that it is final', () => {
    const { detail } = discardQuestion([risky('a.ts')], english);
    expect(detail).toContain('a.ts');
    expect(detail).toContain('cannot be undone');
  });
});
