import { describe, expect, test } from 'vitest';
import { decide, explain } from './decide.ts';
import type { MatchRequest } from './decide.ts';
import { compilePolicy } from './policy.ts';
import type { Route } from './route.ts';
import { routesFileSchema } from './routesFile.ts';
import { parseUrl } from './url.ts';

const policyOf = (...routes: Route[]) => compilePolicy(routesFileSchema.parse({ log: 2, routes }));

function request(url: string, more: Partial<MatchRequest> = {}): MatchRequest {
  const parsed = parseUrl(url);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { ...parsed.value, method: 'GET', headers: [], ...more };
}

const allowed = (route: Omit<Route, 'host'>, url: string, more?: Partial<MatchRequest>): boolean =>
  decide(policyOf({ host: 'a.test', ...route }), request(`https://a.test${url}`, more)).verdict === 'allow';

describe('paths', () => {
  test.each([
    ['/api/v1/', '/api/v1', false], ['/api/v1/', '/api/v1/', true], ['/api/v1/', '/api/v1/x', true], ['/api/v1/', '/api/v10/x', false], ['/api/v1/', '/api/v1.1/x', false], ['/api/v1/', '/API/V1/x', false],
    ['/api/v1', '/api/v1', true], ['/api/v1', '/api/v1?q', true], ['/api/v1', '/api/v1/x', true], ['/api/v1', '/api/v10', false], ['/', '/anything', true],
    ['/api/v1', '/%61pi/v1/x', true], ['/%61pi/v1', '/api/v1/x', true], ['/api', '/x?y=/api', false],
  ])('prefix %s against %s: %s', (value, url, expected) => {
    expect(allowed({ matches: [{ paths: [{ value }] }] }, url)).toBe(expected);
  });

  test.each([['/@s%2fn', '/@s%2Fn/x', true], ['/@s', '/@s%2Fn', false], ['/@s', '/@s/x%5Cy', true]])('prefix %s against %s where encoded slashes are let through: %s', (value, url, expected) => {
    expect(allowed({ encoded_slash: true, matches: [{ paths: [{ value }] }] }, url)).toBe(expected);
  });

  test.each(['/a/x%2Fy', '/a/x%2fy', '/a/x%5Cy', '/a/x%252Fy', '/a/x%25255cy'])('%s is refused where paths are restricted, and let through where they are not', (url) => {
    expect(allowed({ matches: [{ paths: [{ value: '/a' }] }] }, url)).toBe(false);
    expect(allowed({ matches: [{ methods: ['GET'] }] }, url)).toBe(true);
    expect(allowed({}, url)).toBe(true);
  });

  test.each([['/api', '/api', true], ['/api', '/x/api', false], ['/api', '/api/', false], ['/api/.*', '/api/x', true], ['/a|/b', '/b', true], ['/a|/b', '/bc', false], ['/a$', '/a%0a', false]])('regex %s against %s: %s', (value, url, expected) => {
    expect(allowed({ matches: [{ paths: [{ type: 'regex', value }] }] }, url)).toBe(expected);
  });

  // An engine that backtracks would not come back before the test's own limit.
  test('a catastrophic expression is answered', () => {
    for (const value of ['/(a+)+$', '(.*a){20}', '^(/?\\w+\\s?)*$']) expect(allowed({ matches: [{ paths: [{ type: 'regex', value }] }] }, `/${'a'.repeat(30_000)}!`)).toBe(false);
  });
});

describe('methods and headers', () => {
  test.each([['GET', true], ['HEAD', false], ['get', false], ['PROPFIND', false], ['TRACE', false], ['CONNECT', false], ['', false]])('%s under a rule for get: %s', (method, expected) => {
    expect(allowed({ matches: [{ methods: ['get'] }] }, '/', { method })).toBe(expected);
  });

  test('TRACE is blocked on a route without rules', () => {
    expect(allowed({}, '/', { method: 'TRACE' })).toBe(false);
  });

  const team = { matches: [{ headers: [{ name: 'X-Team', value: 'red' }] }] } satisfies Omit<Route, 'host'>;
  test.each([
    [[['x-team', 'red']], true], [[['X-TEAM', 'red']], true], [[['x-team', 'red'], ['x-team', 'red']], true], [[['x-team', 'red'], ['x-team', 'blue']], false],
    [[], false], [[['x-team', '']], false], [[['x-team', 'red, blue']], false], [[['x-team', 'Red']], false],
  ] as [[string, string][], boolean][])('headers %j: %s', (headers, expected) => {
    expect(allowed(team, '/', { headers })).toBe(expected);
  });
});

describe('entries', () => {
  const route = { matches: [{ paths: [{ value: '/a' }], methods: ['GET'] }, { paths: [{ value: '/b' }], methods: ['POST'] }] } satisfies Omit<Route, 'host'>;
  test.each([['GET', '/a', true], ['POST', '/b', true], ['POST', '/a', false], ['GET', '/b', false]])('%s %s: %s (any entry, all of it)', (method, url, expected) => {
    expect(allowed(route, url, { method })).toBe(expected);
  });

  test('the verdict names the clause that decided', () => {
    const policy = policyOf({ host: 'x.test' }, { host: 'a.test', ...route });
    expect(decide(policy, request('https://a.test/b', { method: 'POST' }))).toMatchObject({ verdict: 'allow', clause: 'routes[1].matches[1]' });
    expect(decide(policy, request('https://a.test/c'))).toMatchObject({ verdict: 'block', clause: 'routes[1].matches' });
    expect(explain(policy, request('https://a.test/a')).at(-1)).toContain('allow (routes[1].matches[0])');
    expect(explain(policy, request('https://a.test/a', { method: 'PUT' }))).toContain('routes[1].matches[0].methods has no rule that fits');
  });
});

describe('places', () => {
  test.each([
    ['https://a.test/', true], ['https://A.TEST./', true], ['https://a.test:8443/', false], ['https://a.test.evil.test/', false], ['https://xa.test/', false], ['http://a.test/', false],
    ['http://p.test/', true], ['https://p.test/', true], ['http://p.test:443/', false], ['http://q.test:8080/', true], ['https://q.test:8080/', true], ['http://q.test/', false], ['http://c.test/', false],
  ])('%s: %s', (url, expected) => {
    const policy = policyOf({ host: 'a.test' }, { host: 'p.test', plaintext: true }, { host: 'q.test:8080', plaintext: true }, { host: 'c.test', plaintext: true, auth_scheme: 'Bearer', token_env: 'T' });
    expect(decide(policy, request(url)).verdict === 'allow').toBe(expected);
  });
});

describe('git', () => {
  test.each([
    ['/r.git/git-receive-pack', false, false], ['/r.git/info/refs?service=git-receive-pack', false, false], ['/r.git/info/refs?x&service=git%2dreceive-pack', false, false],
    ['/r.git/git-upload-pack', false, true], ['/r.git/info/refs?service=git-upload-pack', false, true], ['/r.git/info/refs', false, true], ['/r.git/HEAD', true, true],
    ['/r.git/info/refs?service=git-upload-pack&service=git-receive-pack', false, false], ['/r.git/GIT-RECEIVE-PACK', false, false],
  ])('%s: %s, with git.fetch %s', (url, without, withFetch) => {
    expect(allowed({}, url)).toBe(without);
    expect(allowed({ git: { fetch: true } }, url)).toBe(withFetch);
  });
});

test.each(['x-api-key', 'X_Api_Key', 'x-api_key', 'Cookie'])('a key of the agent\'s own in %s reaches no vendor of models', (name) => {
  const policy = policyOf({ host: 'api.anthropic.com' });
  expect(decide(policy, request('https://api.anthropic.com/v1/files', { headers: [[name, 'x']] }))).toMatchObject({ verdict: 'block', clause: 'inference' });
  expect(decide(policy, request('https://api.anthropic.com/v1/files', { headers: [[`${name}s`, 'x']] }))).toMatchObject({ verdict: 'allow' });
});
