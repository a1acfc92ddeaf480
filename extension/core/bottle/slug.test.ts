import { describe, expect, it } from 'vitest';
import { mintSlug, slugify } from './slug.ts';

describe('a slug', () => {
  it.each([
    ['Fix the Login!', 'fix-the-login'],
    ['  --  ', ''],
    ['Ünïcode label', 'u-ni-code-label'],
    ['x'.repeat(80), 'x'.repeat(32)],
    ['../../etc/passwd', 'etc-passwd'],
  ])('of %j is %j', (text, slug) => {
    expect(slugify(text)).toBe(slug);
  });

  it('is the label when that is free', () => {
    expect(mintSlug('Nightly', 'claude', new Set())).toBe('nightly');
  });

  it('keeps two runs of one label apart', () => {
    const slug = mintSlug('Nightly', 'claude', new Set(['nightly']));
    expect(slug).toMatch(/^nightly-[a-z2-7]{5}$/);
  });

  it('comes from the agent when there is no label', () => {
    expect(mintSlug(undefined, 'claude', new Set())).toMatch(/^claude-[a-z2-7]{5}$/);
  });
});
