import { expect, test } from 'vitest';
import { knownSecrets } from './knownSecrets.ts';

const bindings = new Map([
  ['ONE', { place: 'api.example.com:443', scheme: 'Bearer' }],
  ['TWO', { place: '*.example.org:8443', scheme: 'token' }],
  ['SIX', { place: '[fd00::1]:443', scheme: 'token' }],
] as const);

test('a credential is at home where its slot is bound', () => {
  const known = knownSecrets(new Map([['ONE', 'first-value'], ['TWO', 'second-value'], ['SIX', 'sixth-value'], ['LOOSE', 'loose-value']]), bindings, []);
  expect(known.map(({ name, home, kind }) => [name, home, kind])).toEqual([
    ['ONE', ['api.example.com'], 'credential'],
    ['TWO', ['*.example.org'], 'credential'],
    ['SIX', ['fd00::1'], 'credential'],
    ['LOOSE', [], 'credential'],
  ]);
});

test('one value under several names is at home wherever any of them is, and bait stays bait', () => {
  const known = knownSecrets(new Map([['ONE', 'same-value'], ['TWO', 'same-value']]), bindings, [
    { kind: 'environment', name: 'GITHUB_TOKEN', value: 'same-value', home: ['api.anthropic.com'] },
    { kind: 'canary', name: 'bait', value: 'bait-value', home: [] },
  ]);
  expect(known).toEqual([
    { kind: 'canary', name: 'bait', value: 'bait-value', home: [] },
    { kind: 'credential', name: 'ONE', value: 'same-value', home: ['api.example.com', '*.example.org', 'api.anthropic.com'] },
  ]);
});
