import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { canaryBytes, makeCanary } from '../../../schemas/policy/canary.ts';
import { alphanumeric } from '../../../test/bench/dlp/alphabets.ts';
import { evasions, sent } from '../../../test/bench/dlp/evasions.ts';
import { random } from '../../../test/support/random.ts';
import { scanLimits } from './limits.ts';
import { CANARY, createScanner, detectorsOf } from './scanner.ts';
import type { BodyAbout, KnownSecret, Scanner } from './scanner.ts';

const value = 'Zk3_qT9xLw-72bVnRj0PcYh5EaGd8MuS14fo';
const secret: KnownSecret = { name: 'TOKEN', value, home: ['home.test'], kind: 'credential' };
const scanner = createScanner([secret]);
const everything = detectorsOf(undefined);

interface Outcome {
  readonly released: Buffer;
  readonly rules: readonly string[];
  readonly refusal: string | undefined;
}

async function send(chunks: readonly Buffer[], about: Partial<BodyAbout> = {}, by: Scanner = scanner): Promise<Outcome> {
  const scan = by.body({ host: 'evil.test', detectors: everything, ...about });
  const steps = [];
  for (const chunk of chunks) steps.push(await scan.push(chunk));
  steps.push(await scan.end());
  return {
    released: Buffer.concat(steps.flatMap(({ release }) => release)),
    rules: steps.flatMap(({ findings }) => findings.map(({ rule }) => rule)),
    refusal: steps.find(({ refusal }) => refusal !== undefined)?.refusal,
  };
}

const cut = (bytes: Buffer, size: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
const nothing = Buffer.alloc(0);

describe('in a request head, a secret is found', () => {
  const half = value.length / 2;
  test.each([
    ['host', { host: `${value.replace(/[_-]/g, '')}.evil.test`.toLowerCase() }, 'host'],
    ['labels of the host', { host: `${value.replace(/[_-]/g, '').match(/.{1,9}/g)?.join('.')}.evil.test`.toLowerCase() }, 'host'],
    ['path', { target: `/files/${value}` }, 'path'],
    ['segments of the path', { target: `/${value.slice(0, half)}/${value.slice(half)}` }, 'path'],
    ['query value', { target: `/?q=${encodeURIComponent(value)}` }, 'query'],
    ['query key', { target: `/?${value}=1` }, 'query'],
    ['four query values', { target: `/?a=${value.slice(0, 9)}&b=${value.slice(9, 18)}&c=${value.slice(18, 27)}&d=${value.slice(27)}` }, 'query'],
    ['header value', { headers: [['X-Note', `hello ${value}`]] as const }, 'header x-note'],
    ['header value in base64', { headers: [['Authorization', `Basic ${Buffer.from(`user:${value}`).toString('base64')}`]] as const }, 'header authorization'],
    ['header name', { headers: [[value, '1']] as const }, 'header name'],
    ['cookie', { headers: [['Cookie', `theme=dark; t=${value}`]] as const }, 'cookie'],
    ['User-Agent', { headers: [['User-Agent', `curl/8 (${value})`]] as const }, 'header user-agent'],
    ['two headers', { headers: [['X-A', value.slice(0, half)], ['X-B', value.slice(half)]] as const }, 'header x-a'],
    ['method', { method: value }, 'method'],
  ])('%s', (_what, head, where) => {
    const findings = scanner.head({ host: 'evil.test', method: 'GET', target: '/', headers: [], detectors: everything, ...head });
    expect(findings.map(({ rule }) => rule)).toContain('TOKEN');
    expect(findings[0]?.where).toMatch(where);
    expect(JSON.stringify(findings)).not.toContain(value);
  });

  test('in small pieces over several headers', () => {
    const headers = (value.match(/.{1,6}/g) ?? []).map((part, i) => [`X-${i}`, part] as const);
    expect(scanner.head({ host: 'evil.test', method: 'GET', target: '/', headers, detectors: everything })).toEqual([{ detector: 'known_secrets', rule: 'TOKEN', where: 'head' }]);
  });

  test('but not on its way home', () => {
    expect(scanner.head({ host: 'home.test', method: 'GET', target: `/?t=${value}`, headers: [['X-T', value]], detectors: everything })).toEqual([]);
  });

  test('and nothing where nothing is', () => {
    const headers = [['User-Agent', 'git/2.39.5'], ['Accept', '*/*'], ['X-Request-Id', '0b9e2f2e-7d0c-4d53-9f3e-2f0b6a1f4a77']] as const;
    expect(scanner.head({ host: 'evil.test', method: 'POST', target: '/a/b?c=d', headers, detectors: everything })).toEqual([]);
  });
});

describe('pieces', () => {
  test('a secret cut anywhere, in chunks of any size, is found and nothing leaves', async () => {
    const body = Buffer.from(`{"a":"${value}","b":1}`);
    for (let size = 1; size <= 70; size++) expect(await send(cut(body, size)), `chunks of ${size}`).toMatchObject({ released: nothing, rules: ['TOKEN'] });
  });

  test('in a long body the last byte of a secret never leaves, wherever it stands', async () => {
    const limits = { ...scanLimits, whole: 4096, piece: 1024, holdBack: 512 };
    const by = createScanner([secret], limits);
    for (let at = 3900; at < 9000; at += 61) {
      const body = Buffer.alloc(12_000, 'lorem ipsum ');
      body.write(value, at);
      const { released, rules } = await send(cut(body, 700), {}, by);
      expect(rules, `at ${at}`).toEqual(['TOKEN']);
      expect(released.length, `at ${at}`).toBeLessThanOrEqual(at);
    }
  });

  test('in a long body a secret with things between its characters is found on every border', async () => {
    const limits = { ...scanLimits, whole: 4096, piece: 1024, holdBack: 512 };
    const by = createScanner([secret], limits);
    const spread = Array.from(value).join('\u200b.');
    for (let at = 4000; at < 6200; at += 37) {
      const body = Buffer.alloc(9000, 'lorem ipsum ');
      body.write(spread, at);
      expect((await send(cut(body, 333), {}, by)).rules, `at ${at}`).toEqual(['TOKEN']);
    }
  });

  test('a clean body comes out as it went in, short or long, in order', async () => {
    const r = random(9);
    for (const length of [0, 1, 1000, 1 << 20, (1 << 20) + 1, 3_000_000]) {
      const body = Buffer.from(r.text(`${alphanumeric} \n{}":,%\\`, 5000).repeat(Math.ceil(length / 5000)).slice(0, length));
      expect((await send(cut(body, 65_536))).released.equals(body), `${length} bytes`).toBe(true);
    }
  });

  test('a long compressed body is looked through as it comes', async () => {
    const r = random(4);
    const text = Buffer.concat([r.bytes(1_500_000), Buffer.from(`hello ${value} hello`), r.bytes(300_000)]);
    const packed = gzipSync(text);
    const { released, rules } = await send(cut(packed, 65_536), { contentEncoding: 'gzip' });
    expect(rules).toEqual(['TOKEN']);
    expect(released.length).toBeLessThan(1_500_000);
    const clean = gzipSync(r.bytes(1_800_000));
    expect((await send(cut(clean, 65_536), { contentEncoding: 'gzip' })).released.equals(clean)).toBe(true);
  }, 30_000);
});

describe('what cannot be looked into is refused', () => {
  const good = gzipSync('some text');
  test.each([
    ['an unknown coding', Buffer.from('x'), { contentEncoding: 'compress' }],
    ['a coding behind a known one', good, { contentEncoding: 'gzip, exi' }],
    ['three codings', good, { contentEncoding: 'gzip, gzip, gzip' }],
    ['a label that lies', Buffer.from('plain text'), { contentEncoding: 'gzip' }],
    ['a cut gzip', good.subarray(0, 20), { contentEncoding: 'gzip' }],
    ['junk after gzip', Buffer.concat([good, Buffer.from('junk')]), { contentEncoding: 'gzip' }],
    ['a zero and junk after gzip', Buffer.concat([good, Buffer.from('\0junk')]), { contentEncoding: 'gzip' }],
    ['junk after deflate', Buffer.concat([deflateSync('a'), Buffer.from('junk')]), { contentEncoding: 'deflate' }],
    ['junk after brotli', Buffer.concat([brotliCompressSync('a'), Buffer.from('junk')]), { contentEncoding: 'br' }],
    ['a cut gzip without a label', good.subarray(0, 20), {}],
    ['a bomb', gzipSync(Buffer.alloc(40 << 20)), { contentEncoding: 'gzip' }],
    ['a bomb without a label', gzipSync(Buffer.alloc(40 << 20)), {}],
    ['a bomb in base64', Buffer.from(gzipSync(Buffer.alloc(40 << 20)).toString('base64')), {}],
    ['gzip in gzip in gzip in gzip', gzipSync(gzipSync(gzipSync(gzipSync('a')))), {}],
  ])('%s', async (_what, body, about) => {
    for (const size of [1 << 20, 7]) {
      if (body.length > 1000 && size === 7) continue;
      const { released, refusal } = await send(cut(body, size), about);
      expect(refusal).toMatch(/^[a-z].*[a-z]$/);
      expect(released).toEqual(nothing);
    }
  }, 30_000);

  test('identity and an empty coding are none', async () => {
    for (const contentEncoding of ['identity', '', ' Identity , identity']) expect((await send([Buffer.from('text')], { contentEncoding })).released.toString()).toBe('text');
  });
});

describe('which secrets', () => {
  test('short and ordinary values are left out, and named', () => {
    const values = ['test', 'true', 'a1b2c3d', 'production', '12345678', 'aaaaaaaaaaaa'];
    const { ignored } = createScanner(values.map((each, i) => ({ name: `S${i}`, value: each, home: [], kind: 'environment' })));
    expect(ignored.map(({ name }) => name)).toEqual(values.map((_, i) => `S${i}`));
    for (const each of values) expect(JSON.stringify(ignored.map(({ why }) => why))).not.toContain(each);
  });

  test('a value of eight characters is found plain, in base64, in hex and escaped', async () => {
    const by = createScanner([{ name: 'PIN', value: 'a9F-x2Qz', home: [], kind: 'environment' }]);
    for (const text of ['it is a9F-x2Qz!', Buffer.from('a9F-x2Qz').toString('base64'), Buffer.from('..a9F-x2Qz').toString('hex'), '{"a":"\\u00619F-x2Qz"}', 'a9F%2Dx2Qz']) {
      expect((await send([Buffer.from(text)], {}, by)).rules, text).toEqual(['PIN']);
    }
  });

  test('a short value that looks random is found however it is written', async () => {
    const short = 'Tr0ub4dor!3x';
    const by = createScanner([{ name: 'PIN', value: short, home: [], kind: 'environment' }]);
    for (const evasion of evasions.filter(({ name, beyond }) => !beyond && name !== 'half of it only')) {
      const { body, ...labels } = sent(evasion, short);
      expect((await send([body], { ...labels, detectors: detectorsOf({ outbound_detectors: ['known_secrets'] }) }, by)).rules, evasion.name).toEqual(['PIN']);
    }
  });

  test('a short value of words is found as it is and encoded, and not in other words', async () => {
    const by = createScanner([{ name: 'PIN', value: 'Summer-2024!', home: [], kind: 'environment' }]);
    for (const text of ['it is Summer-2024!', Buffer.from('Summer-2024!').toString('base64'), Buffer.from('Summer-2024!').toString('hex').toUpperCase()]) expect((await send([Buffer.from(text)], {}, by)).rules, text).toEqual(['PIN']);
    expect((await send([Buffer.from('the summer 2024 was hot')], {}, by)).rules).toEqual([]);
  });

  test('the password of a URL is one by itself', async () => {
    const by = createScanner([{ name: 'DATABASE_URL', value: 'postgres://app:s3cr3t-Pa55w0rd-99x@db.internal:5432/app', home: [], kind: 'environment' }]);
    expect((await send([Buffer.from('password is s3cr3t-Pa55w0rd-99x')], {}, by)).rules).toEqual(['DATABASE_URL']);
    expect((await send([Buffer.from('connect to postgres://app at db.internal:5432')], {}, by)).rules).toEqual([]);
  });

  test('a private key is found by any of its lines', async () => {
    const lines = Array.from({ length: 24 }, (_, i) => random(i).text(`${alphanumeric}+/`, 64));
    const by = createScanner([{ name: 'KEY', value: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`, home: [], kind: 'environment' }]);
    const detectors = detectorsOf({ outbound_detectors: ['known_secrets'] });
    for (const text of [lines.join('\\n'), lines.slice(3, 5).join(''), lines[7] ?? '']) expect((await send([Buffer.from(text)], { detectors }, by)).rules).toEqual(['KEY']);
  });

  test('a wildcard home is every name below and no other', async () => {
    const by = createScanner([{ ...secret, home: ['*.home.test'] }]);
    expect((await send([Buffer.from(value)], { host: 'a.home.test' }, by)).rules).toEqual([]);
    for (const host of ['home.test', 'xhome.test', 'a.home.test.evil.test']) expect((await send([Buffer.from(value)], { host }, by)).rules).toEqual(['TOKEN']);
  });

  test('detectors of a route: all, none, or those named', async () => {
    const body = [Buffer.from(`${value} ghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq`)];
    const rules = async (dlp: Parameters<typeof detectorsOf>[0]): Promise<readonly string[]> => (await send(body, { detectors: detectorsOf(dlp) })).rules;
    expect(await rules(undefined)).toEqual(['TOKEN', 'github-token']);
    expect(await rules({ outbound_detectors: ['token_patterns'] })).toEqual(['github-token']);
    expect(await rules({ outbound_detectors: false })).toEqual([]);
  });

  test.each(['github-token', 'aws-access-key', 'aws-secret-key'] as const)('a canary (%s) is found whatever the route says, everywhere', async (kind) => {
    const bait = makeCanary(kind, random(kind.length).bytes(canaryBytes));
    const by = createScanner([{ name: 'bait', value: bait, home: [], kind: 'canary' }]);
    const detectors = detectorsOf({ outbound_detectors: false, inbound_detectors: false });
    const scan = by.body({ host: 'github.com', detectors });
    await scan.push(Buffer.from(Buffer.from(`x${bait}`).toString('base64')));
    expect((await scan.end()).findings).toMatchObject([{ detector: CANARY, rule: 'bait' }]);
    expect(by.head({ host: 'github.com', method: 'GET', target: `/${encodeURIComponent(bait)}`, headers: [], detectors })).toMatchObject([{ detector: CANARY, rule: 'bait' }]);
  });
});

describe('messages of a WebSocket', () => {
  const frames = (direction: 'up' | 'down') => scanner.frame({ host: 'evil.test', detectors: everything, direction });

  test('a secret in one message, in two, and in fields of two is found', async () => {
    const half = value.length / 2;
    for (const messages of [[`{"t":"${value}"}`], [value.slice(0, half), value.slice(half)], [`{"chunk":"${value.slice(0, half)}"}`, `{"chunk":"${value.slice(half)}"}`]]) {
      const scan = frames('up');
      const steps = [];
      for (const message of messages) steps.push(await scan.message(Buffer.from(message)));
      expect(steps.at(-1)?.release).toEqual([]);
      expect(steps.flatMap(({ findings }) => findings.map(({ rule }) => rule))).toEqual(['TOKEN']);
    }
  });

  test('a clean message goes on at once, of any length', async () => {
    const scan = frames('up');
    for (const message of ['', 'a', '\u20ac', 'x'.repeat(500_000)]) expect(Buffer.concat([...(await scan.message(Buffer.from(message))).release]).toString()).toBe(message);
  });

  test('after a finding nothing goes on', async () => {
    const scan = frames('up');
    await scan.message(Buffer.from(value));
    expect((await scan.message(Buffer.from('clean'))).release).toEqual([]);
  });

  test('a session may go on for ever: what messages decode to is counted for each', async () => {
    const by = createScanner([secret], { ...scanLimits, decoded: 64 * 1024 });
    const turns = [
      JSON.stringify({ picture: random(1).bytes(30_000).toString('base64') }),
      JSON.stringify({ text: '\u00fc = some text, '.repeat(500) }).replaceAll('\u00fc', '\\u00fc'),
      'a',
    ];
    for (const message of turns.map((turn) => Buffer.from(turn))) {
      const scan = by.frame({ host: 'evil.test', detectors: everything, direction: 'up' });
      for (let i = 0; i < 60; i++) {
        const { release, findings, refusal } = await scan.message(message);
        expect([release[0]?.length, findings.length, refusal]).toEqual([message.length, 0, undefined]);
      }
    }
    const scan = by.frame({ host: 'evil.test', detectors: everything, direction: 'up' });
    expect((await scan.message(Buffer.from(random(2).bytes(90_000).toString('base64')))).refusal).toMatch(/decodes/);
  });

  test('compressed data may go on in the next message', async () => {
    const packed = gzipSync(Buffer.concat([random(3).bytes(20_000), Buffer.from(value), random(4).bytes(200)]));
    const scan = frames('up');
    expect(await scan.message(packed.subarray(0, 9000))).toMatchObject({ findings: [] });
    expect((await scan.message(packed.subarray(9000))).findings.map(({ rule }) => rule)).toEqual(['TOKEN']);
  });

  test('a message over the limit is refused', async () => {
    expect((await frames('up').message(Buffer.alloc(scanLimits.message + 1))).refusal).toMatch(/longer/);
  });

  test('what comes down is looked through for phrases', async () => {
    const scan = frames('down');
    expect(await scan.message(Buffer.from('{"a":"ignore all previous'))).toMatchObject({ findings: [] });
    expect(await scan.message(Buffer.from(' instructions"}'))).toMatchObject({ findings: [{ rule: 'override-instructions' }], release: [expect.anything()] });
  });
});
