import { describe, expect, test } from 'vitest';
import { decide, decidePlace, explain } from './decide.ts';
import type { MatchRequest, Verdict } from './decide.ts';
import { parseAuthority } from './host.ts';
import { compilePolicy } from './policy.ts';
import type { Policy } from './policy.ts';
import type { MatchRule, Route } from './route.ts';
import { parseRoutesFile, printRoutesFile, routesFileProblems, routesFileSchema } from './routesFile.ts';
import { parseUrl } from './url.ts';

const policyOf = (...routes: Route[]): Policy => compilePolicy(routesFileSchema.parse({ log: 2, routes }));

function request(url: string, more: Partial<MatchRequest> = {}): MatchRequest {
  const parsed = parseUrl(url);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { ...parsed.value, method: 'GET', headers: [], ...more };
}

const judge = (policy: Policy, url: string, more?: Partial<MatchRequest>): Verdict => decide(policy, request(url, more));
const passes = (policy: Policy, url: string, more?: Partial<MatchRequest>): boolean => judge(policy, url, more).verdict === 'allow';

/** One open route but for these entries. */
const but = (...deny: MatchRule[]): Policy => policyOf({ host: 'a.test', deny });

describe('a deny beats any allow', () => {
  test('of the same route, whichever entry of matches fits', () => {
    const policy = policyOf({ host: 'a.test', matches: [{ paths: [{ value: '/' }] }, { methods: ['DELETE', 'PUT'] }], deny: [{ methods: ['DELETE'] }, { paths: [{ value: '/admin' }] }] });
    expect(judge(policy, 'https://a.test/x', { method: 'DELETE' })).toMatchObject({ verdict: 'block', clause: 'routes[0].deny[0]', reason: 'this DELETE is denied by the route for a.test (routes[0].deny[0])' });
    expect(judge(policy, 'https://a.test/admin/x')).toMatchObject({ verdict: 'block', clause: 'routes[0].deny[1]' });
    expect(passes(policy, 'https://a.test/x')).toBe(true);
  });

  test('of a wildcard, also where an exact host would decide, and the exact host keeps the rest', () => {
    const policy = policyOf({ host: 'api.a.test' }, { host: '*.a.test', matches: [{ methods: ['GET'] }], deny: [{ paths: [{ value: '/admin' }] }] });
    expect(judge(policy, 'https://api.a.test/admin')).toMatchObject({ verdict: 'block', clause: 'routes[1].deny[0]', reason: 'this GET is denied by the route for *.a.test (routes[1].deny[0])' });
    expect(judge(policy, 'https://api.a.test/x', { method: 'PUT' })).toMatchObject({ verdict: 'allow', clause: 'routes[0]' });
    expect(judge(policy, 'https://api.a.test/x%2Fadmin')).toMatchObject({ verdict: 'block', clause: 'routes[0].encoded_slash' });
  });

  test('and no place is opened by it: what is not listed stays blocked', () => {
    expect(judge(policyOf({ host: '*.a.test', deny: [{ methods: ['DELETE'] }] }), 'https://x.y.a.test/')).toMatchObject({ verdict: 'block', clause: 'routes' });
    expect(judge(policyOf({ host: 'a.test', matches: [{ methods: ['GET'] }], deny: [{ methods: ['DELETE'] }] }), 'https://a.test/', { method: 'PUT' })).toMatchObject({ clause: 'routes[0].matches' });
  });

  test('an entry needs all of its dimensions, and what it does not name is any', () => {
    const policy = but({ methods: ['POST', 'put'], paths: [{ value: '/a' }, { value: '/b', type: 'exact' }] });
    const ask = (method: string, path: string): boolean => passes(policy, `https://a.test${path}`, { method });
    expect([ask('POST', '/a/x'), ask('PUT', '/b'), ask('GET', '/a'), ask('POST', '/b/x'), ask('POST', '/c')]).toEqual([false, false, true, true, true]);
  });

  test('on a locked provider it narrows further', () => {
    const policy = policyOf({ host: 'api.anthropic.com', auth_scheme: 'x-api-key', token_env: 'SLOT', matches: [{ paths: [{ type: 'prefix', value: '/v1/messages' }], methods: ['POST'] }], deny: [{ paths: [{ value: '/v1/messages/batches' }] }] });
    const post = (path: string): Verdict => judge(policy, `https://api.anthropic.com${path}`, { method: 'POST' });
    expect([post('/v1/messages').clause, post('/v1/messages/batches').clause, post('/v1/files').clause]).toEqual(['routes[0].matches[0]', 'routes[0].deny[0]', 'routes[0].matches']);
  });
});

describe('deny: true', () => {
  const hole = policyOf({ host: '*.a.test', plaintext: true }, { host: 'b.a.test', deny: true });
  test.each(['https://b.a.test/', 'http://b.a.test/', 'https://B.A.Test./x', 'https://b.a.test:443/'])('is a hole in a wildcard for %s, in every spelling and over both schemes', (url) => {
    expect(judge(hole, url)).toMatchObject({ verdict: 'block', clause: 'routes[1].deny', reason: expect.stringContaining('is denied by the route for b.a.test') });
  });

  test('leaves the rest of the wildcard open', () => {
    expect([passes(hole, 'https://c.a.test/'), passes(hole, 'http://c.a.test/')]).toEqual([true, true]);
  });

  test('blocks the tunnel already, and no scheme finds the place', () => {
    const authority = { host: 'b.a.test', port: 443, kind: 'name' } as const;
    expect(decidePlace(hole, 'https', authority)).toMatchObject({ verdict: 'block', clause: 'routes[1].deny' });
    expect([hole.find('https', authority), hole.find('http', { ...authority, port: 80 })]).toEqual([undefined, undefined]);
  });

  test.each([
    ['b.a.test', 'b.a.test:8443', false], ['b.a.test:443', 'b.a.test:8443', true], ['b.a.test:8443', 'b.a.test:8443', false], ['*.a.test', 'x.y.a.test:443', false], ['*.b.a.test', 'b.a.test:443', true],
    ['[::1]', '[::1]:8443', false], ['10.0.0.7', '10.0.0.8:443', true], ['b.a.test', 'xb.a.test:443', true], ['bücher.example', 'xn--bcher-kva.example:443', false],
  ])('of %s leaves %s open: %s (any port where none is written, any depth below a wildcard)', (host, place, open) => {
    const authority = parseAuthority(place, undefined);
    if (!authority.ok) throw new Error(authority.reason);
    expect(policyOf({ host, deny: true }).denying(authority.value).length === 0).toBe(open);
  });

  test('of one port is no hint at another', () => {
    expect(judge(policyOf({ host: 'a.test:8443', deny: true }), 'https://a.test/')).toMatchObject({ clause: 'routes', reason: 'https://a.test:443 is not listed' });
    expect(judge(policyOf({ host: 'a.test:443', deny: true }), 'http://a.test/')).toMatchObject({ clause: 'routes', reason: 'http://a.test:80 is not listed' });
  });
});

describe('a denied path', () => {
  test.each([
    '/admin', '/admin/', '/admin/x', '/%61dmin', '/Admin', '/ADMIN/x', '/admin;v=1/x', '/admin;/x', '/x/../admin', '/%2e/admin', '//admin', '/admin%2Fx', '/admin%5Cx', '/%2561dmin', '/x%2F..%2Fadmin', '/admin?x', '/admin%00', '/admin%c0%af',
    '/admin%3Fx', '/admin%23x', '/admin%253fx', '/admin%3Fx/y', '/admin;%3Fx', '/admin.', '/admin./x', '/admin%20', '/admin..%20/x', '/admin.;x', '/admin%2520',
  ])('%s is blocked under a deny of /admin', (path) => {
    expect(passes(but({ paths: [{ value: '/admin' }] }), `https://a.test${path}`)).toBe(false);
    expect(passes(but({ paths: [{ type: 'regex', value: '/admin(/.*)?' }] }), `https://a.test${path}`)).toBe(false);
  });

  test.each(['/admin%3Fx', '/admin%23', '/admin.', '/ADMIN%20', '/admin./'])('%s is blocked under a deny of exactly /admin', (path) => {
    expect(passes(but({ paths: [{ type: 'exact', value: '/admin' }] }), `https://a.test${path}`)).toBe(false);
  });

  test.each(['/caf%C3%89', '/CAF%C3%89', '/caf%25C3%2589', '/caf%C3%2589', '/x%2F..%2Fcaf%C3%A9'])('%s is blocked under a deny of /caf%%C3%%A9, as text or as an expression', (path) => {
    for (const type of ['prefix', 'exact', 'regex'] as const) expect(passes(but({ paths: [{ type, value: '/caf%C3%A9' }] }), `https://a.test${path}`)).toBe(false);
  });

  test('what a rule has itself is not cut off it', () => {
    const policy = but({ paths: [{ value: '/a%3Fb' }, { value: '/c.' }] });
    expect(['/a%3Fb', '/a%253FB/x', '/c.', '/a', '/a%3Fc', '/c'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([false, false, false, true, true, true]);
  });

  test('a slash that is a part of a path parameter to some and not to others hides nothing', () => {
    const policy = policyOf({ host: 'a.test', encoded_slash: true, deny: [{ paths: [{ value: '/a/b' }, { type: 'exact', value: '/c' }, { value: '/d/%C3%A9' }] }] });
    expect(['/a;%2Fx/b', '/c;x%2Fy', '/a;x%5Cy/b', '/d;%2Fx/%C3%A9', '/a/b;%2Fx'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([false, false, false, false, false]);
    expect(['/a;%2Fx/c', '/c;x%2Fy/z', '/d;%2Fx'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([true, true, true]);
  });

  test('a long path of what may be cut off costs nothing out of proportion', () => {
    const policy = but({ paths: [{ value: '/admin' }] });
    for (const part of ['.', '%20', ';', '%3F', '%23.']) expect(passes(policy, `https://a.test/x${part.repeat(2_000)}y`)).toBe(true);
  });

  test('a path longer than anybody writes is denied rather than read', () => {
    const policy = but({ paths: [{ value: '/admin' }] });
    expect([8_192, 8_193].map((length) => passes(policy, `https://a.test/${'x'.repeat(length - 1)}`))).toEqual([true, false]);
  });

  test.each(['/administrator', '/x/admin', '/', '/x?p=/admin', '/admi', '/admin.json', '/x%3F/admin', '/.admin', '/ad.min'])('%s passes beside a deny of /admin', (path) => {
    expect(passes(but({ paths: [{ value: '/admin' }] }), `https://a.test${path}`)).toBe(true);
  });

  test('is found through encoded slashes where the route lets them through', () => {
    const policy = policyOf({ host: 'a.test', encoded_slash: true, deny: [{ paths: [{ value: '/a/b' }] }] });
    expect(['/a%2Fb', '/a%5Cb/c', '/a%252fb', '/a/%2Fb', '/a%2F%2Fb;x', '/a%2fB'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([false, false, false, false, false, false]);
    expect(['/@s%2Fn', '/a%2Fc', '/ab'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([true, true, true]);
  });

  test('an encoded slash is refused where a deny looks at paths, as where matches does', () => {
    expect(judge(but({ paths: [{ value: '/a' }] }), 'https://a.test/@s%2Fn')).toMatchObject({ clause: 'routes[0].encoded_slash' });
    expect(passes(but({ methods: ['DELETE'] }), 'https://a.test/@s%2Fn')).toBe(true);
  });

  test.each([['/repos/[^/]+/keys', '/repos/me/KEYS', false], ['/repos/[^/]+/keys', '/repos/me/keys/', false], ['/repos/[^/]+/keys', '/repos/me/keys/1', true], ['/repos/.*/keys', '/repos/a;x/keys', false]])('the expression %s lets %s pass: %s (whole path, any case)', (value, path, open) => {
    expect(passes(but({ paths: [{ type: 'regex', value }] }), `https://a.test${path}`)).toBe(open);
  });

  test('exact means this resource in every spelling, not what lies below', () => {
    const policy = but({ paths: [{ type: 'exact', value: '/a/' }] });
    expect(['/a', '/a/', '/A', '/a;x', '/a/b', '/ab'].map((path) => passes(policy, `https://a.test${path}`))).toEqual([false, false, false, false, true, true]);
  });
});

describe('a denied header', () => {
  const ask = (policy: Policy, ...headers: [string, string][]): boolean => passes(policy, 'https://a.test/', { headers });
  const red = but({ headers: [{ name: 'X-Team', value: 'red' }] });

  test('any value that fits denies, wherever it stands among repeated and joined ones', () => {
    expect([ask(red, ['x-team', 'red']), ask(red, ['X-TEAM', 'blue'], ['x-team', 'RED']), ask(red, ['x-team', 'blue, red']), ask(red, ['x-team', 'red;q=1']), ask(red, ['X_Team', 'red'])]).toEqual([false, false, false, false, false]);
    expect([ask(red), ask(red, ['x-team', 'blue']), ask(red, ['x-team', 'redder']), ask(red, ['x-teams', 'red'])]).toEqual([true, true, true, true]);
  });

  test('several in one entry must all be there', () => {
    const both = but({ headers: [{ name: 'x-team', value: 'red' }, { name: 'x-env', value: 'prod.*', type: 'regex' }] });
    expect([ask(both, ['x-team', 'red']), ask(both, ['x-env', 'PROD-1'], ['x-team', 'red'])]).toEqual([true, false]);
  });
});

describe('explain', () => {
  test('names the entry that denies, those before it that do not, and nothing behind it', () => {
    const policy = policyOf({ host: 'a.test', matches: [{ methods: ['DELETE', 'PUT'] }], deny: [{ paths: [{ value: '/x' }] }, { methods: ['DELETE'] }] });
    expect(explain(policy, request('https://a.test/y', { method: 'DELETE' }))).toEqual([
      'routes[0] is the route of a.test:443', 'routes[0].deny[0] does not fit', 'routes[0].deny[1] fits', 'block (routes[0].deny[1]): this DELETE is denied by the route for a.test (routes[0].deny[1])',
    ]);
  });

  test('names the route that denies a host as a whole', () => {
    expect(explain(policyOf({ host: '*.a.test', deny: true }), request('https://x.y.a.test/'))).toEqual(['routes[0].deny blocks the whole host', 'block (routes[0].deny): https://x.y.a.test:443 is denied by the route for *.a.test']);
  });
});

describe('a deny that means nothing, or everything, is refused with its place', () => {
  const first = (text: string) => {
    const parsed = parseRoutesFile(text);
    return parsed.ok ? undefined : parsed.errors[0];
  };
  const route = (more: string): string => `routes:\n- host: a.test\n  ${more}\n`;
  test.each([
    ['false', route('deny: false'), 'routes[0].deny', 'expected true', ''],
    ['an empty list', route('deny: []'), 'routes[0].deny', 'denies nothing', ''],
    ['an empty entry', route('deny: [{}]'), 'routes[0].deny[0]', 'needs paths', ''],
    ['an unknown key', route('deny: [{path: x}]'), 'routes[0].deny[0].path', 'unknown key', 'Allowed here: paths, methods, headers, query.'],
    ['an empty dimension', route('deny: [{methods: []}]'), 'routes[0].deny[0].methods', 'can never match', ''],
    ['an empty query', route('deny: [{query: []}]'), 'routes[0].deny[0].query', 'can never deny', ''],
    ['a method nobody gets', route('deny: [{methods: [TRACE]}]'), 'routes[0].deny[0].methods[0]', 'always blocked', ''],
    ['no path', route('deny: [{paths: [{value: admin}]}]'), 'routes[0].deny[0].paths[0].value', 'starts with /', ''],
    ['a kind of path that is none', route('deny: [{paths: [{type: glob, value: /x}]}]'), 'routes[0].deny[0].paths[0].type', 'expected one of', ''],
    ['a path that no request has', route('deny: [{paths: [{type: regex, value: "api/.*"}]}]'), 'routes[0].deny[0].paths[0].value', 'no path can match', ''],
    ['a header that is taken off', route('deny: [{headers: [{name: Authorization, value: x}]}]'), 'routes[0].deny[0].headers[0].name', 'taken off', 'Take the rule out'],
    ['a header that is taken off, with underscores', route('deny: [{headers: [{name: X_HTTP_Method_Override, value: DELETE}]}]'), 'routes[0].deny[0].headers[0].name', 'taken off', 'Take the rule out'],
    ['git push', route('deny: [{paths: [{type: exact, value: /r.git/git-receive-pack}]}]'), 'routes[0].deny[0].paths[0].value', 'always blocked', 'Take it out'],
    ['the same twice', route('deny: [{methods: [PUT]}, {methods: [PUT]}]'), 'routes[0].deny[1]', 'the same as deny[0]', 'Take it out'],
    ['all that an entry allows', route('matches: [{methods: [PUT]}]\n  deny: [{methods: [PUT]}]'), 'routes[0].matches[0]', 'deny[0] blocks all that fits', 'Take one'],
    ['every path', route('deny: [{paths: [{value: /}]}]'), 'routes[0].deny[0]', 'covers every request', 'deny: true'],
    ['every path as an expression', route('deny: [{paths: [{type: regex, value: /.*}]}]'), 'routes[0].deny[0]', 'covers every request', 'deny: true'],
    ['two values of one header at once', route('deny: [{headers: [{name: x, value: a}, {name: x, value: b}]}]'), 'routes[0].deny[0].headers[1]', 'another value', 'entry of its own'],
    ['deny: true beside a credential', route('deny: true\n  auth_scheme: Bearer\n  token_env: T'), 'routes[0].auth_scheme', 'no place beside deny: true', 'list under deny'],
    ['deny: true beside matches', route('deny: true\n  matches: [{methods: [GET]}]'), 'routes[0].matches', 'no place beside deny: true', 'list under deny'],
    ['deny: true beside git', route('deny: true\n  git: {fetch: true}'), 'routes[0].git', 'no place beside deny: true', ''],
    ['deny: true beside a switch', route('deny: true\n  websocket: true'), 'routes[0].websocket', 'no place beside deny: true', ''],
    ['deny: true of what is always blocked', 'routes:\n- host: 169.254.169.254\n  deny: true\n', 'routes[0].host', 'always blocked', 'Take the route out'],
    ['a host twice, denied and not', 'routes:\n- host: a.test\n  deny: true\n- host: A.test:443\n', 'routes[1].host', 'already routes[0]', 'take the other out'],
    ['a host below a denied wildcard', 'routes:\n- host: x.y.a.test:8443\n- host: "*.a.test"\n  deny: true\n', 'routes[0].host', '*.a.test (routes[1]) is denied as a whole', 'Take one'],
    ['another port of a host that is denied on all', 'routes:\n- host: a.test\n  deny: true\n- host: a.test:8443\n', 'routes[1].host', 'denied as a whole', 'Take one'],
    ['a wildcard below a denied one', 'routes:\n- host: "*.a.test"\n  deny: true\n- host: "*.b.a.test"\n', 'routes[1].host', 'denied as a whole', 'Take one'],
    ['a deny that would have to look into passed-through TLS', 'routes:\n- host: "*.a.test"\n  deny: [{methods: [PUT]}]\n- host: b.a.test\n  tls_passthrough: true\n', 'routes[1].tls_passthrough', 'denies single requests', 'Take tls_passthrough away'],
  ])('%s', (_name, text, key, message, hint) => {
    expect(first(text)).toMatchObject({ key, message: expect.stringContaining(message), hint: expect.stringContaining(hint) });
  });

  test('what may stand together does', () => {
    expect(routesFileProblems({ log: 2, routes: [{ host: '*.a.test' }, { host: 'b.a.test', deny: true }, { host: 'c.test:8443', deny: true }, { host: 'c.test', deny: [{ paths: [{ value: '/x' }] }], git: { fetch: true } }] })).toEqual([]);
  });

  test('and what is printed reads as the same', () => {
    const file = routesFileSchema.parse({ log: 2, routes: [{ host: 'b.a.test', deny: true }, { host: 'c.test', matches: [{ query: [] }], deny: [{ query: [{ name: 'a', value: 'x y', type: 'exact' }], methods: ['PUT'] }] }] });
    expect(parseRoutesFile(printRoutesFile(file))).toEqual({ ok: true, value: file });
  });
});
