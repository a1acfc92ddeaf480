import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { locateClause, parseRoutesFile, printRoutesFile } from './routesFile.ts';
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
    ['more expressions than anybody needs', `routes:\n- host: a.test\n  matches:\n  - paths:\n${'    - {type: regex, value: "/(\\\\w{30}){30}"}\n'.repeat(201)}`],
    ['an expression that grows beyond measure', 'routes:\n- host: a.test\n  matches:\n  - paths: [{type: regex, value: "/((((a{9}){9}){9}){9})"}]\n'],
  ])('%s are refused', (_name, text) => {
    expect(errorsOf(text).length).toBeGreaterThan(0);
  });
});

describe('what can never match is refused, with its place and what to do', () => {
  const route = (body: string): string => `routes:\n- host: a.test\n  ${body}\n`;
  test.each([
    ['the bare star', 'routes:\n- host: "*"\n', 2, 3, 'routes[0].host', 'every host', ''],
    ['a wildcard over a top-level domain', 'routes:\n- host: "*.com"\n', 2, 3, 'routes[0].host', 'any owner', ''],
    ['a wildcard over a country registry', 'routes:\n- host: "*.co.uk"\n', 2, 3, 'routes[0].host', 'any owner', ''],
    ['a wildcard over a shared platform', 'routes:\n- host: "*.github.io"\n', 2, 3, 'routes[0].host', 'any owner', ''],
    ['a wildcard over the customers of a provider', 'routes:\n- host: "*.eu.auth0.com"\n', 2, 3, 'routes[0].host', 'any owner', ''],
    ['a wildcard over a region of a shared platform', 'routes:\n- host: "*.us-central1.run.app"\n', 2, 3, 'routes[0].host', 'any owner', ''],
    ['a leading dot', 'routes:\n- host: .allow.test\n', 2, 3, 'routes[0].host', 'a host name is', ''],
    ['a star inside a label', 'routes:\n- host: "a*.allow.test"\n', 2, 3, 'routes[0].host', 'whole first label', ''],
    ['two stars', 'routes:\n- host: "*.*.allow.test"\n', 2, 3, 'routes[0].host', 'whole first label', ''],
    ['a wildcard over an address', 'routes:\n- host: "*.10.0.0.1"\n', 2, 3, 'routes[0].host', 'no names below', ''],
    ['a metadata address', 'routes:\n- host: 169.254.169.254\n', 2, 3, 'routes[0].host', 'always blocked', 'Take the route out'],
    ['a metadata address in IPv6', 'routes:\n- host: "[fd00:ec2::254]"\n  private_addresses: true\n', 2, 3, 'routes[0].host', 'always blocked', 'Take'],
    ['a mapped metadata address', 'routes:\n- host: "[::ffff:169.254.169.254]"\n', 2, 3, 'routes[0].host', 'always blocked', 'Take'],
    ['no address', 'routes:\n- host: 0.0.0.0\n', 2, 3, 'routes[0].host', 'always blocked', 'Take'],
    ['a metadata name', 'routes:\n- host: metadata.google.internal\n  private_addresses: true\n', 2, 3, 'routes[0].host', 'metadata service', 'Take'],
    ['the proxy itself', 'routes:\n- host: _egress.local:80\n  plaintext: true\n', 2, 3, 'routes[0].host', 'itself answers', 'Take'],
    ['a host twice, in letters and in ASCII', 'routes:\n- host: bücher.example\n- host: xn--bcher-kva.example\n', 3, 3, 'routes[1].host', 'already routes[0]', 'Join the two'],
    ['a plain place twice', 'routes:\n- {host: a.test, plaintext: true}\n- {host: "a.test:80", plaintext: true}\n', 3, 4, 'routes[1].host', 'already routes[0]', 'Join'],
    ['one slot for two hosts', 'routes:\n- {host: a.test, auth_scheme: Bearer, token_env: T}\n- {host: b.test, auth_scheme: Bearer, token_env: T}\n', 3, 39, 'routes[1].token_env', 'belongs to a.test:443', 'slot of its own'],
    ['one slot for two ports', 'routes:\n- {host: a.test, auth_scheme: Bearer, token_env: T}\n- {host: "a.test:8443", auth_scheme: Bearer, token_env: T}\n', 3, 46, 'routes[1].token_env', 'belongs to', 'slot of its own'],
    ['a credential for many hosts', 'routes:\n- host: "*.a.test"\n  auth_scheme: Bearer\n  token_env: T\n', 4, 3, 'routes[0].token_env', 'one host', 'route of its own'],
    ['a method nobody gets', route('matches: [{methods: [TRACK]}]'), 3, 24, 'routes[0].matches[0].methods[0]', 'always blocked', ''],
    ['a method no parser knows', route('matches: [{methods: [FOO]}]'), 3, 24, 'routes[0].matches[0].methods[0]', 'one of GET', ''],
    ['empty lists', route('matches: [{methods: []}]'), 3, 14, 'routes[0].matches[0].methods', 'can never match', ''],
    ['an entry twice', route('matches: [{methods: [GET]}, {methods: [GET]}]'), 3, 31, 'routes[0].matches[1]', 'the same as matches[0]', 'Take it out'],
    ['an expression without the first slash', route('matches: [{paths: [{type: regex, value: "api/.*"}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression with a space', route('matches: [{paths: [{type: regex, value: "/a b"}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression with a query', route("matches: [{paths: [{type: regex, value: '/a\\?b=c'}]}]"), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression with dot segments', route("matches: [{paths: [{type: regex, value: '/a/\\.\\./b'}]}]"), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression with an escaped letter', route('matches: [{paths: [{type: regex, value: "/%61"}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression with a small escape', route('matches: [{paths: [{type: regex, value: "/@s%2fn"}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an expression that ends in its middle', route('matches: [{paths: [{type: regex, value: "/a$b"}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'no path can match', ''],
    ['an encoded slash without leave', route('matches: [{paths: [{value: /@s%2fn}]}]'), 3, 23, 'routes[0].matches[0].paths[0].value', 'encoded slash', 'encoded_slash: true'],
    ['git push', route('matches: [{paths: [{type: exact, value: /r.git/git-receive-pack}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'always blocked', 'git gate'],
    ['git fetch without leave', route('matches: [{paths: [{type: exact, value: /r.git/git-upload-pack}]}]'), 3, 36, 'routes[0].matches[0].paths[0].value', 'git fetch is not allowed', 'git: {fetch: true}'],
    ['a header that is taken off', route('matches: [{headers: [{name: Authorization, value: x}]}]'), 3, 25, 'routes[0].matches[0].headers[0].name', 'taken off', 'Take the rule out'],
    ['a header value that is cut', route('matches: [{headers: [{name: x, value: " y"}]}]'), 3, 34, 'routes[0].matches[0].headers[0].value', 'cut off', ''],
    ['a header value with a line end', route('matches: [{headers: [{name: x, value: "a\\nb"}]}]'), 3, 34, 'routes[0].matches[0].headers[0].value', 'can never match', ''],
    ['two values of one header at once', route('matches: [{headers: [{name: x, value: a}, {name: X, value: b}]}]'), 3, 45, 'routes[0].matches[0].headers[1]', 'another value', 'entry of its own'],
  ])('%s', (_name, text, line, column, key, message, hint) => {
    expect(errorsOf(text)[0]).toMatchObject({ line, column, key, message: expect.stringContaining(message), hint: expect.stringContaining(hint) });
  });

  test.each([
    ['a wildcard beside an exact host', 'routes:\n- host: "*.a.test"\n- {host: b.a.test, auth_scheme: Bearer, token_env: T}\n'],
    ['a private address, for the person who has one', 'routes:\n- {host: 10.0.0.1, private_addresses: true}\n'],
    ['two entries that differ', route('matches: [{methods: [GET]}, {methods: [POST]}]')],
    ['expressions of every shape', route("matches: [{paths: [{type: regex, value: '.*'}, {type: regex, value: '(?i)/API/.*'}, {type: regex, value: '/@s%2Fn'}, {type: regex, value: '^/a(/b|/c)?$'}, {type: regex, value: '/[^/]+/x'}]}]")],
    ['a fetch of git with leave', route('git: {fetch: true}\n  matches: [{paths: [{type: exact, value: /r.git/git-upload-pack}]}]')],
    ['ports of one host', 'routes:\n- host: a.test\n- host: a.test:8443\n'],
    ['a wildcard below one owner', 'routes:\n- host: "*.mine.example.co.uk"\n'],
  ])('but not %s', (_name, text) => {
    expect(parseRoutesFile(text)).toMatchObject({ ok: true });
  });

  test('an unknown key is told which ones there are', () => {
    expect(errorsOf('routes:\n- host: a.test\n  matches: [{path: []}]\n')[0]).toMatchObject({ line: 3, column: 14, key: 'routes[0].matches[0].path', message: 'unknown key', hint: 'Allowed here: paths, methods, headers, query.' });
    expect(errorsOf('routs: []\n')[0]?.hint).toBe('Allowed here: log, routes.');
  });

  test('every mistake is told, not the first one only', () => {
    expect(errorsOf('log: 7\nrouts: []\nroutes: [{host: "*"}, {hots: x}]\n').map((error) => error.key)).toEqual(expect.arrayContaining(['log', 'routs', 'routes[0].host', 'routes[1].host', 'routes[1].hots']));
  });
});

test('a clause is found again in the text', () => {
  const text = 'log: 2\nroutes:\n- host: a.test\n  matches:\n  - methods: [GET]\n  - paths:\n    - value: /b\n';
  expect(locateClause(text, 'routes[0].matches[1]')).toEqual({ line: 6, column: 5 });
  expect(locateClause(text, 'routes[0].matches[1].paths[0]')).toEqual({ line: 7, column: 7 });
  expect(locateClause(text, 'routes[0].git.fetch')).toEqual({ line: 3, column: 3 });
  expect(locateClause(text, 'method')).toBeUndefined();
});

test('the examples of the documentation are routes files', () => {
  const text = readFileSync(new URL('../../docs/egress.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, body = '']) => body).filter((body) => /^(log|routes):/.test(body));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(parseRoutesFile(example)).toMatchObject({ ok: true });
});
