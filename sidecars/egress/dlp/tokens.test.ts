import { describe, expect, test } from 'vitest';
import { random } from '../../../test/support/random.ts';
import { tokenMakers } from '../../../test/bench/dlp/tokens.ts';
import { createScanner, detectorsOf } from './scanner.ts';
import { tokenSearch } from './tokens.ts';
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

test('a token that was given for a place may go there, whatever its shape says', () => {
  const value = 'ghp_aZ3kQ9xLw72bVnRj0PcYh5EaGd8MuS14foTq';
  const scanner = createScanner([{ name: 'FORGE', value, home: ['forge.corp.example'], kind: 'credential' }]);
  const send = (host: string): unknown => scanner.head({ host, method: 'GET', target: '/', headers: [['x-token', value]], detectors: detectorsOf(undefined) });
  expect(send('forge.corp.example')).toEqual([]);
  expect(send('evil.test')).toMatchObject([{ rule: 'FORGE' }, { rule: 'github-token' }]);
});
