import { describe, expect, it } from 'vitest';
import { scrubber, withoutQueryValues } from './scrub.ts';

const secret = 'Se/cret+Value-0123456789';
const scrub = scrubber([secret]);

describe('text of a log line', () => {
  it.each([
    ['as it is', secret],
    ['in lower case, as a host is', secret.toLowerCase()],
    ['as a URL writes it', encodeURIComponent(secret)],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in upper-case hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(`${secret}x`).toString('base64')],
    ['in base64 behind one byte', Buffer.from(`x${secret}`).toString('base64')],
    ['in base64 behind two bytes', Buffer.from(`xx${secret}`).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('has no secret %s', (_how, text) => {
    const shown = scrub(`/a/${text}/b`);
    expect(shown).toContain('[credential]');
    expect(shown.length).toBeLessThan(30);
  });

  it('cannot end a line, move a cursor or reorder what is read', () => {
    expect(scrub('a\r\n{"verdict":"allow"}\u001b[2J\u2028\u2029\u202eb\u0085')).toBe('a\\u000d\\u000a{"verdict":"allow"}\\u001b[2J\\u2028\\u2029\\u202eb\\u0085');
  });

  it('is capped', () => expect(scrub('x'.repeat(100_000))).toHaveLength(2049));

  it('stays as it is without secrets', () => expect(scrubber([])('/a?b=…')).toBe('/a?b=…'));

  it.each([
    ['/a', '/a'],
    ['/a?token=abc&x=1', '/a?token=…&x=…'],
    ['/a?bare&k=', '/a?…&k=…'],
    ['/a?', '/a?'],
    ['/a?x=1?y=2', '/a?x=…'],
  ])('shows %s as %s', (target, shown) => expect(withoutQueryValues(target)).toBe(shown));
});
