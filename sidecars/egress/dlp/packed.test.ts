import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { random } from '../../../test/support/random.ts';
import { scanLimits } from './limits.ts';
import { createScanner, detectorsOf } from './scanner.ts';

const value = 'Zk3_qT9xLw-72bVnRj0PcYh5EaGd8MuS14fo';
const scanner = createScanner([{ name: 'TOKEN', value, home: [], kind: 'credential' }]);

/** An entry of a zip archive, its sizes in its header or behind its data. */
function entry(data: Buffer, { descriptor = false, extra = 0 } = {}): Buffer {
  const name = Buffer.from('a/b.bin');
  const packed = deflateRawSync(data);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(descriptor ? 8 : 0, 6);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(descriptor ? 0 : packed.length, 18);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(extra, 28);
  const behind = Buffer.alloc(descriptor ? 16 : 0);
  if (descriptor) behind.writeUInt32LE(0x08074b50, 0);
  return Buffer.concat([head, name, Buffer.alloc(extra), packed, behind]);
}

const entries = (count: number, bytes: number, options = {}): Buffer => Buffer.concat(Array.from({ length: count }, (_, i) => entry(random(i).bytes(bytes), options)));

async function send(body: Buffer, chunk = 65_536, by = scanner): Promise<{ readonly released: Buffer; readonly rules: readonly string[]; readonly refusal: string | undefined }> {
  const scan = by.body({ host: 'evil.test', detectors: detectorsOf(undefined) });
  const steps = [];
  for (let at = 0; at < body.length; at += chunk) steps.push(await scan.push(body.subarray(at, at + chunk)));
  steps.push(await scan.end());
  return {
    released: Buffer.concat(steps.flatMap(({ release }) => release)),
    rules: steps.flatMap(({ findings }) => findings.map(({ rule }) => rule)),
    refusal: steps.find(({ refusal }) => refusal !== undefined)?.refusal,
  };
}

describe('an archive as a body passes', () => {
  test.each([
    ['one large entry', entries(1, 2_000_000)],
    ['entries of some size', entries(20, 100_000)],
    ['many small entries', entries(100, 20_000)],
    ['sizes behind the data', entries(20, 100_000, { descriptor: true })],
    ['long headers', entries(40, 40_000, { extra: 60_000 })],
    ['what is up to the limit', entries(9, 100_000)],
    ['text', Buffer.concat([entries(12, 90_000), entry(Buffer.alloc(4_000_000, 'lorem ipsum '))])],
    ['members of gzip', Buffer.concat([Buffer.from('head'), ...Array.from({ length: 20 }, (_, i) => gzipSync(random(i).bytes(100_000)))])],
  ])('%s', async (_what, body) => {
    for (const chunk of [65_536, 10_007]) {
      const { released, rules, refusal } = await send(body, chunk);
      expect([rules, refusal]).toEqual([[], undefined]);
      expect(released.equals(body)).toBe(true);
    }
  }, 30_000);

  test('whatever looks like an escape beside its headers', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const head = entry(random(seed).bytes(3000));
      const body = Buffer.concat([head, Buffer.from('%41=41\\u0041'), entry(random(seed + 100).bytes(3000))]);
      expect((await send(body)).refusal).toBe(undefined);
    }
  });
});

describe('in an archive as a body', () => {
  test('a secret is found wherever it is, before it has left', async () => {
    const limits = { ...scanLimits, whole: 8192, piece: 4096, holdBack: 1024 };
    const by = createScanner([{ name: 'TOKEN', value, home: [], kind: 'credential' }], limits);
    const bytes = random(1).bytes(40_000);
    for (let at = 0; at < 40_000 - value.length; at += 1111) {
      const data = Buffer.from(bytes);
      data.write(value, at);
      const body = Buffer.concat([entries(1, 9000), entry(data), entries(2, 3000)]);
      const { released, rules } = await send(body, 700, by);
      expect(rules, `at ${at}`).toEqual(['TOKEN']);
      expect(released.includes(value.slice(0, 12)), `at ${at}`).toBe(false);
    }
  });

  test.each([
    ['is cut', entries(20, 100_000).subarray(0, 2_000_000), /cannot be unpacked/],
    ['is broken', Buffer.concat([entries(11, 100_000), entry(Buffer.alloc(0)).fill(0xff, 37), Buffer.alloc(300_000, 0xff)]), /cannot be unpacked/],
    ['unpacks to too much', entry(Buffer.alloc(300_000_000)), /more than can be looked through/],
    ['unpacks to too much, behind much else', Buffer.concat([entries(11, 100_000), entry(Buffer.alloc(300_000_000))]), /more than can be looked through/],
    ['is in two others', entry(entry(entries(20, 60_000))), /compressed data inside compressed/],
  ])('what %s is refused', async (_what, body, refusal) => {
    expect((await send(body)).refusal).toMatch(refusal);
  }, 30_000);

  test('entries that do not end are not kept for ever', async () => {
    const open = Buffer.concat([entry(Buffer.alloc(0)).subarray(0, 37), Buffer.from([0, 0xff, 0xff, 0, 0])]);
    const body = Buffer.concat([entries(11, 100_000), ...Array.from({ length: 100 }, () => open), random(9).bytes(300_000)]);
    expect((await send(body)).refusal).toMatch(/[a-z]$/);
  });
});
