import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { random } from '../../../test/support/random.ts';
import { Decoded } from './decoded.ts';
import { runsIn } from './runs.ts';
import { scanLimits } from './limits.ts';
import { createScanner, detectorsOf } from './scanner.ts';

const token = 'ghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq';
const text = Buffer.from(`first a word\n token=${token} end`);
const value = 'c0rrect-h0rse-battery-9917-staple';
const scanner = createScanner([{ name: 'TOKEN', value, home: [], kind: 'credential' }]);
const everything = detectorsOf(undefined);

async function rules(body: string | Buffer): Promise<readonly string[]> {
  const bytes = Buffer.from(body);
  const scan = scanner.body({ host: 'evil.test', detectors: everything });
  const findings = [];
  for (let at = 0; at < bytes.length; at += 65_536) findings.push(...(await scan.push(bytes.subarray(at, at + 65_536))).findings);
  return [...findings, ...(await scan.end()).findings].map(({ rule }) => rule);
}

/** Bytes that decoding asked for, and whether it got to the end. */
function asked(bytes: Buffer, most = Infinity): { readonly bytes: number; readonly whole: boolean; readonly steps: number } {
  let sum = 0;
  const plain = new Decoded(bytes, (more) => (sum += more) <= most);
  let steps = 0;
  const finish = <T>(work: Generator<void, T, void>): T => {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      steps++;
    }
  };
  const whole = finish(runsIn(bytes)).every((run) => finish(plain.add(run)));
  return { bytes: sum, whole, steps };
}

const wrapped = (written: string, columns: number, end = '\n'): string => (written.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join(end);
const inJson = (written: string): string => JSON.stringify({ a: written, b: 'c' });

describe('a token in base64 is found', () => {
  test.each(['', '/', '/a/', '/ab/', '/abc/', 'v1-', 'x_', 'data-', 'a+', 'A1b2c'])('behind %s', async (before) => {
    for (const written of [text.toString('base64'), text.toString('base64url'), text.subarray(0, -1).toString('base64url'), Buffer.from(token).toString('base64')]) {
      expect(await rules(`${before}${written}`), written).toEqual(['github-token']);
      expect(await rules(inJson(`${before}${written}`)), written).toEqual(['github-token']);
      const head = scanner.head({ host: 'evil.test', method: 'GET', target: `/${before}${written}`, headers: [], detectors: everything });
      expect(head.map(({ rule }) => rule)).toContain('github-token');
    }
  });

  test.each([
    ['in lines of 20', (base64: string) => wrapped(base64, 20)],
    ['in lines of 61', (base64: string) => wrapped(base64, 61)],
    ['in lines of 76 in JSON', (base64: string) => inJson(wrapped(base64, 76, '\r\n'))],
    ['in a list of lines', (base64: string) => JSON.stringify({ a: base64.match(/.{1,60}/g) })],
    ['with \\/ for /', (base64: string) => inJson(base64).replaceAll('/', '\\/')],
    ['twice, behind a name', (base64: string) => inJson(`v1-${Buffer.from(`ab${base64}`).toString('base64')}`)],
  ])('%s', async (_how, write) => {
    for (let seed = 0; seed < 20; seed++) expect(await rules(write(Buffer.concat([random(seed).bytes(300 + seed), text]).toString('base64')))).toEqual(['github-token']);
  });

  test('in compressed data, behind a name', async () => {
    for (const before of ['', 'v', 'v1', 'v1-', 'v1-a=b-']) expect(await rules(inJson(before + gzipSync(text).toString('base64')))).toEqual(['github-token']);
  });
});

describe('a token in hex is found', () => {
  const hex = text.toString('hex');
  test.each<[string, string]>([
    ['in JSON', inJson(hex)],
    ['in upper case in JSON', inJson(hex.toUpperCase())],
    ['in a row of a table', `a,${hex},b`],
    ['in a list', JSON.stringify([hex, hex])],
    ['in lines', wrapped(hex, 60)],
    ['in lines in JSON', inJson(`${wrapped(hex, 60)}\n`)],
    ['in short lines in JSON', inJson(wrapped(hex, 22))],
    ...['/', 'v1-', 'x_', 'data-', 'a', 'token-a'].map((before): [string, string] => [`behind ${before}`, inJson(before + hex)]),
  ])('%s', async (_how, body) => {
    expect(await rules(body)).toEqual(['github-token']);
  });
});

test('a known secret in hex of UTF-16 or of compressed data is found in JSON', async () => {
  for (const bytes of [Buffer.from(`echo ${value}`, 'utf16le'), gzipSync(`it is ${value}`)]) expect(await rules(inJson(bytes.toString('hex')))).toEqual(['TOKEN']);
});

test('in a long body a token is found in base64 and hex wherever the pieces are cut', async () => {
  for (const encoding of ['base64', 'hex'] as const) for (let before = 0; before < 4; before++) {
    const bytes = Buffer.concat([random(before).bytes(999_999), text, random(before).bytes(90_000)]);
    expect(await rules(`{"a${'a'.repeat(before)}":"${bytes.toString(encoding)}"}`), `${encoding} ${before}`).toEqual(['github-token']);
  }
});

describe('decoding asks for little', () => {
  const most = 256 * 1024;
  test.each([
    ['headers of gzip at all alignments', 'xH4sI'],
    ['headers of gzip and padding', 'A1b2c3d4xH4sIxxxxH4sIxxxxxxxxxx='],
    ['headers of zip', 'aUEsDBA'],
    ['text at all alignments', 'AAAA1b'],
    ['hex', 'deadbeef12'],
    ['hex that is base64', 'deadbeefAF12'],
    ['escapes', 'Ab1\\/'],
    ['lines', 'Ab1c\r\n'],
  ])('for %s', (_what, unit) => {
    const bytes = Buffer.from(unit.repeat(Math.ceil(most / unit.length)));
    const { bytes: more, whole, steps } = asked(bytes);
    expect(whole).toBe(true);
    expect(more).toBeLessThan(5 * bytes.length);
    // Others have their turn in between.
    expect(steps).toBeGreaterThanOrEqual(2);
  });

  test('of random bytes for hardly more than they are', () => {
    expect(asked(Buffer.from(random(1).bytes(most).toString('base64'))).bytes).toBeLessThan(1.1 * most);
  });

  test('and stops where it gets no more', () => {
    const { bytes, whole } = asked(Buffer.from('xH4sI'.repeat(50_000)), 1000);
    expect(whole).toBe(false);
    // It asked once.
    expect(bytes).toBeLessThan(250_000);
  });
});

test('a head of nothing but headers of gzip is looked through', () => {
  expect(scanner.head({ host: 'evil.test', method: 'GET', target: '/', headers: [['x-a', 'xH4sI'.repeat(12_000)]], detectors: everything })).toEqual([]);
});

test('a head that decodes to too much is told', () => {
  const by = createScanner([], { ...scanLimits, atOnce: 1024 });
  const head = { host: 'evil.test', method: 'GET', target: '/', headers: [['x-a', random(2).bytes(3000).toString('base64')]] as const, detectors: everything };
  expect(by.head(head)).toMatchObject([{ detector: 'limits' }]);
});
