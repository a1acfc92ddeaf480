import { describe, expect, test } from 'vitest';
import { parseRoutesFile, printRoutesFile } from './routesFile.ts';
import type { RoutesFile } from './routesFile.ts';

function errorsOf(text: string) {
  const parsed = parseRoutesFile(text);
  if (parsed.ok) throw new Error('expected errors');
  return parsed.errors;
}

const full: RoutesFile = {
  log: 2,
  routes: [
    { host: 'api.example.com', auth_scheme: 'Bearer', token_env: 'EGRESS_TOKEN_0' },
    {
      host: '127.0.0.1:8443',
      matches: [{ paths: [{ type: 'regex', value: '/v1/[^/]+' }, { value: '/a:b' }], methods: ['GET'], headers: [{ name: 'X-Team', value: '- "yes": #\'' }] }],
      git: { fetch: true },
      dlp: { outbound_detectors: ['token_patterns'], inbound_detectors: false },
      private_addresses: true,
      plaintext: true,
    },
  ],
};

describe('printing and reading', () => {
  test('a routes file survives the round trip, log included', () => {
    for (const file of [full, { log: 0, routes: [] } satisfies RoutesFile]) expect(parseRoutesFile(printRoutesFile(file))).toEqual({ ok: true, value: file });
  });

  test('its JSON form reads the same', () => {
    expect(parseRoutesFile(JSON.stringify(full))).toEqual({ ok: true, value: full });
  });

  test('an empty file allows nothing and records refusals', () => {
    expect(parseRoutesFile('')).toEqual({ ok: true, value: { log: 1, routes: [] } });
  });
});

describe('mistakes are placed', () => {
  test.each([
    ['an unknown key', 'routes:\n  - host: a.test\n    pathes: []\n', 3, 5, 'routes[0].pathes', 'unknown key'],
    ['an unknown key at the top', 'rutes: []\n', 1, 1, 'rutes', 'unknown key'],
    ['a wrong log level', 'log: 3\n', 1, 1, 'log', 'expected 0 (off), 1 (blocked) or 2 (all)'],
    ['a wrong scheme', 'routes:\n- host: a.test\n  auth_scheme: Digest\n  token_env: T\n', 3, 3, 'routes[0].auth_scheme', 'Bearer, token, Basic, x-api-key, query:NAME'],
    ['half of a credential', 'routes:\n- host: a.test\n  token_env: T\n', 3, 3, 'routes[0].token_env', 'needs auth_scheme'],
    ['a host with a scheme', 'routes:\n- host: https://a.test\n', 2, 3, 'routes[0].host', 'a port is a number'],
    ['a host with a path', 'routes:\n- host: a.test/x\n', 2, 3, 'routes[0].host', 'a host name is'],
    ['an empty host', 'routes:\n- host: ""\n', 2, 3, 'routes[0].host', 'empty'],
    ['the same host twice', 'routes:\n- host: a.test\n- host: A.test.:443\n', 3, 3, 'routes[1].host', 'already routes[0]'],
    ['a rule on no path', 'routes:\n- host: a.test\n  matches:\n  - paths: [{value: x}]\n', 4, 14, 'routes[0].matches[0].paths[0].value', 'starts with /'],
    ['a path rule with dots', 'routes:\n- host: a.test\n  matches:\n  - paths: [{value: /a/../b}]\n', 4, 14, 'routes[0].matches[0].paths[0].value', 'dot segment'],
    ['a look-ahead', 'routes:\n- host: a.test\n  matches:\n  - paths: [{type: regex, value: "(?=a)"}]\n', 4, 27, 'routes[0].matches[0].paths[0].value', 'RE2'],
    ['matches that can never fit', 'routes:\n- host: a.test\n  matches: []\n', 3, 3, 'routes[0].matches', 'can never match'],
    ['an entry without a rule', 'routes:\n- host: a.test\n  matches: [{}]\n', 3, 13, 'routes[0].matches[0]', 'needs paths'],
    ['TRACE', 'routes:\n- host: a.test\n  matches:\n  - methods: [trace]\n', 4, 15, 'routes[0].matches[0].methods[0]', 'always blocked'],
    ['an unknown detector', 'routes:\n- host: a.test\n  dlp: {outbound_detectors: [x]}\n', 3, 9, 'routes[0].dlp.outbound_detectors', 'token_patterns, known_secrets'],
    ['a wildcard', 'routes:\n- host: "*.test"\n', 2, 3, 'routes[0].host', 'any owner'],
  ])('%s', (_name, text, line, column, key, message) => {
    expect(errorsOf(text)[0]).toMatchObject({ line, column, key, message: expect.stringContaining(message) });
  });

  test.each([
    ['aliases', 'routes:\n- &a {host: a.test}\n- *a\n'], ['duplicate keys', 'log: 1\nlog: 2\n'], ['tags', 'log: !!js/function "x"\n'],
    ['broken YAML', 'routes: [\n'], ['a list', '- host: a.test\n'], ['a second document', 'log: 1\n---\nlog: 2\n'],
    ['a huge file', `#${'x'.repeat(600_000)}\n`],
  ])('%s are refused', (_name, text) => {
    expect(errorsOf(text).length).toBeGreaterThan(0);
  });
});
