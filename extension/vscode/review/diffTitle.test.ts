import { describe, expect, it } from 'vitest';
import { fileTitle, isReviewOf, isReviewTitle, reviewTitle } from './diffTitle.ts';

describe('the title of a review', () => {
  it('is known again with the number of files that the editor appends', () => {
    const label = `${reviewTitle('Fix (claude)')} (5 files)`;
    expect(isReviewTitle(label)).toBe(true);
    expect(isReviewOf(label, 'Fix (claude)')).toBe(true);
  });

  it('is not taken for that of another bottle', () => {
    expect(isReviewOf(`${reviewTitle('Fix (claude)')} (5 files)`, 'Fix')).toBe(false);
    expect(isReviewOf('Git: Changes (5 files)', 'Fix')).toBe(false);
  });
});

describe('the title of one diff', () => {
  const file = { path: 'src/sum.js', status: 'modified' as const, risk: null, bytes: 1, conflict: false, hash: null };
  it('says what is compared', () => {
    expect(fileTitle(file)).toBe('sum.js (base ↔ bottle)');
    expect(fileTitle({ ...file, conflict: true })).toBe('sum.js (bottle ↔ your file)');
  });
});
