import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { EchoGuard } from './echo.ts';

const secret = 'tok/en+value="&9';
const guard = new EchoGuard(secret);

async function through(chunks: readonly Buffer[], seen = (): void => undefined): Promise<string> {
  return (await buffer(Readable.from(chunks).pipe(guard.stream(seen)))).toString('latin1');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a credential that a server repeats', () => {
  test.each([
    ['as it is', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL, lower case', encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase())],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['in HTML', 'tok/en+value=&quot;&amp;9'],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    ['in upper case hexadecimal', Buffer.from(secret).toString('hex').toUpperCase()],
  ])('%s is blotted out, the length stays', async (_name, text) => {
    const out = await through([Buffer.from(`before ${text} after`)]);
    expect(out).toBe(`before ${'*'.repeat(text.length)} after`);
  });

  test.each([0, 1, 2, 3])('in base64 behind %i other bytes leaves nothing to decode', async (offset) => {
    const coded = base64(`${'x'.repeat(offset)}${secret}${'y'.repeat(5)}`);
    const out = await through([Buffer.from(coded)]);
    expect(out).toHaveLength(coded.length);
    expect(out).toContain('*'.repeat(18));
    const left = Buffer.from(out.replaceAll('*', 'A'), 'base64').toString('latin1');
    for (let at = 0; at + 4 <= secret.length; at++) expect(left).not.toContain(secret.slice(at, at + 4));
  });

  test('in the user:password form is found by its password alone, and in the Basic header it made', async () => {
    const basic = new EchoGuard('bob:correct-horse');
    expect(basic.text('password correct-horse')).toBe('password *************');
    expect(basic.text(`Basic ${base64('bob:correct-horse')}`)).not.toContain('Y29ycmVjdC1ob3Jz');
  });

  test('is found at every border between two and three chunks', async () => {
    const body = Buffer.from(`a${secret}b`);
    for (let first = 0; first <= body.length; first++) {
      for (const second of [first, Math.min(first + 1, body.length), Math.min(first + 7, body.length)]) {
        let seen = 0;
        expect(await through([body.subarray(0, first), body.subarray(first, second), body.subarray(second)], () => seen++)).toBe(`a${'*'.repeat(secret.length)}b`);
        expect(seen).toBeGreaterThan(0);
      }
    }
  });
});

test('what is no credential passes byte for byte, near misses and its beginning at the end included', async () => {
  const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, i) => i)), Buffer.from(`${secret.slice(0, -1)}!`), Buffer.from(secret.slice(0, 9))]);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 5) }, (_, i) => bytes.subarray(i * 5, i * 5 + 5));
  expect(Buffer.from(await through(pieces), 'latin1').equals(bytes)).toBe(true);
});

test('an event that ends in nothing suspicious is passed on at once', async () => {
  const stream = guard.stream(() => undefined);
  stream.write(Buffer.from('data: tok\n\n'));
  expect(String(stream.read())).toBe('data: tok\n\n');
});

test('a value too short to be a secret blots nothing', () => {
  expect(new EchoGuard('abc').text('abc abc')).toBe('abc abc');
});
