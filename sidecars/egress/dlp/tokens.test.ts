import { describe, expect, test, vi } from 'vitest';
import { alphanumeric } from '../../../test/bench/dlp/alphabets.ts';
import { random } from '../../../test/support/random.ts';
import { tokenMakers } from '../../../test/bench/dlp/tokens.ts';
import { createScanner, detectorsOf } from './scanner.ts';
import { tokenSearch } from './tokens.ts';
import { tokenTable } from './tokenTable.ts';
import type { Token } from './tokens.ts';

const search = tokenSearch();

function tokensIn(text: string): Token[] {
  const found: Token[] = [];
  const bytes = Buffer.from(text);
  search.find(bytes, 0, bytes.length, (token) => found.push(token));
  return found;
}

const rules = (text: string): string[] => tokensIn(text).map(({ rule }) => rule);
const jwt = (claims: object, signature = 'dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk'): string => [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + `.${signature}`;

test.each(Object.keys(tokenMakers))('%s is found in code, in JSON and in an environment file', (rule) => {
  const token = tokenMakers[rule]?.(random(5)) ?? '';
  for (const text of [`const key = '${token}';`, JSON.stringify({ a: `first line\n${token}` }), `KEY=${token}\n`]) expect(rules(text)).toContain(rule);
});

describe('is no token:', () => {
  test.each([
    ["Amazon's example", 'AKIAIOSFODNN7EXAMPLE'],
    ["Amazon's example secret", 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a row of one letter', `ghp_${'x'.repeat(36)}`],
    ['the alphabet', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['a lead inside a word', 'xghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq'],
    ['a name that begins like one', 'AKIA_NOT_A_KEY_AT_ALL_HERE'],
    ['a placeholder', 'sk-ant-api03-your-api-key-goes-here-your-api-key-goes-here-AAAAAAAAA'],
    ['the token that jwt.io shows', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'],
    ['a JWT that is published on purpose', jwt({ iss: 'supabase', role: 'anon', exp: 1 })],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----'],
    ['a private key left out', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
    ['the word in prose', 'Send the Bearer token, e.g. ghp_ followed by 36 characters.'],
  ])('%s', (_what, text) => {
    expect(rules(text)).toEqual([]);
  });
});

test('a token may go to its own vendor and nowhere else', () => {
  const [token] = tokensIn('npm_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq');
  expect(token?.isAtHome('registry.npmjs.org')).toBe(true);
  expect(token?.isAtHome('registry.npmjs.org.evil.test')).toBe(false);
  expect(token?.isAtHome('xregistry.npmjs.org')).toBe(false);
  expect(tokensIn('ghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq')[0]?.isAtHome('api.github.com')).toBe(true);
});

test('a JWT may go to who issued it and to whom it was issued for', () => {
  const [token] = tokensIn(jwt({ iss: 'https://login.corp.example', aud: ['api.other.example'], sub: 'x' }));
  expect(token?.isAtHome('login.corp.example')).toBe(true);
  expect(token?.isAtHome('api.corp.example')).toBe(true);
  expect(token?.isAtHome('api.other.example')).toBe(true);
  expect(token?.isAtHome('evil.test')).toBe(false);
});

test.each([['login.bank.co.uk', 'evil.co.uk'], ['victim.github.io', 'evil.github.io'], ['victim.us.auth0.com', 'x.auth0.com'], ['10.0.0.1', '192.168.0.1']])('a JWT of %s may not go to %s', (issuer, host) => {
  const scanner = createScanner([]);
  const send = (to: string): unknown => scanner.head({ host: to, method: 'GET', target: '/', headers: [['authorization', `Bearer ${jwt({ iss: `https://${issuer}/`, sub: 'x' })}`]], detectors: detectorsOf(undefined) });
  expect(send(issuer)).toEqual([]);
  expect(send(host)).toMatchObject([{ rule: 'json-web-token' }]);
});

test('a token that was given for a place may go there, whatever its shape says', () => {
  const value = 'ghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq';
  const scanner = createScanner([{ name: 'FORGE', value, home: ['forge.corp.example'], kind: 'credential' }]);
  const send = (host: string): unknown => scanner.head({ host, method: 'GET', target: '/', headers: [['x-token', value]], detectors: detectorsOf(undefined) });
  expect(send('forge.corp.example')).toEqual([]);
  expect(send('evil.test')).toMatchObject([{ rule: 'FORGE' }, { rule: 'github-token' }]);
});

describe('a token is found behind what only looks like a word', () => {
  const escape = String.fromCharCode(27);
  const written = [escape, '\\u001b', '\\u001B', '\\x1b', '\\033', '\\33', '\\e', '^['];
  const colours = written.flatMap((begin) => ['[32m', '[0;1;38:5:200m', '[m', '[01;31m' + begin + '[K', '(B'].map((rest) => begin + rest));
  const others = ['\\n', '\\t', '\\012', '%3D', '\\x3d', '\\u003d', '[32m', 'key_', 'token-', 'a_name_of_a_backup_', '='];

  test.each([...colours, ...others])('%j', (before) => {
    for (const rule of ['github-token', 'aws-access-key', 'slack-token', 'anthropic-key', 'json-web-token']) expect(rules(`it is ${before}${tokenMakers[rule]?.(random(8)) ?? ''}${escape}[0m`)).toContain(rule);
  });

  test.each(['x', '1', 'gray', '[32', '(B', '[32mx', '\\q'])('but is none behind %j', (before) => {
    for (const rule of ['github-token', 'aws-access-key']) expect(rules(`${before}${tokenMakers[rule]?.(random(8)) ?? ''}`)).toEqual([]);
  });
});

test('random base64 is no token, whatever it looks like by chance', () => {
  const r = random(12);
  const url = `${alphanumeric}_-`;
  for (const rule of ['github-token', 'gitlab-token', 'npm-token', 'slack-token', 'groq-key', 'huggingface-token', 'figma-token']) {
    const token = tokenMakers[rule]?.(r) ?? `figd_${r.text(url, 40)}`;
    for (const sign of ['-', '_']) expect(rules(`"${r.text(url, 300)}${sign}${token}-${r.text(url, 300)}"`)).toEqual([]);
  }
});

describe('the work is bounded', () => {
  test.each(tokenTable.map(({ rule, pattern }) => [rule, pattern] as const))('%s is tried at its lead alone, and reads no further than it says', (_rule, pattern) => {
    expect(pattern.sticky).toBe(true);
    expect(pattern.source.replace(/\[(?:\\.|[^\]])*\]/g, 'c').replace(/\\./g, 'e')).not.toMatch(/[+*]|\{\d+,\}/);
  });

  test.each([
    ['leads that look back, then what they look for', 'T3BlbkFJ '.repeat(900) + 'sk-'.repeat(2700)],
    ['leads that look back', '.atlasv1.'],
    ['names of secrets', 'aws_secret_key_'],
    ['beginnings of one token', 'xoxb-'],
    ['beginnings of several', 'glft-xoxb-sbp_-ghp_'],
    ['nearly signed tokens', `${'-eyJh'.repeat(120)}.eyJ${'-eyJh'.repeat(120)}`],
    ['private keys without an end', '-----BEGIN PRIVATE KEY-----QUFBQUFBQUFBQUFB'],
  ])('in 1 MiB of %s', (_what, text) => {
    const bytes = Buffer.from(text.repeat(Math.ceil((1 << 20) / text.length)));
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    const slice = 16 * 1024;
    for (let at = 0; at < bytes.length; at += slice) search.find(bytes, at, Math.min(bytes.length, at + slice), () => undefined);
    const calls = exec.mock.calls.length;
    const read = exec.mock.results.reduce((sum, { value }: { value: unknown }) => sum + (Array.isArray(value) ? value.join('').length : 0), 0);
    exec.mockRestore();
    expect(calls).toBeLessThan(bytes.length / 2);
    expect(read).toBeLessThan(40 * bytes.length);
  });

  test('and what is left out are not tokens', () => {
    for (const text of ['xoxb-xoxb-', 'ghp_ ghp_', 'sk-ant-sk-ant-']) for (const [rule, make] of Object.entries(tokenMakers)) expect(rules(`${text} ${make(random(6))} ${text}`)).toContain(rule);
  });
});
