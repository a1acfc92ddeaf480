import { METHODS } from 'node:http';
import { describe, expect, test } from 'vitest';
import { decide, decidePlace } from './decide.ts';
import type { MatchRequest, Verdict } from './decide.ts';
import { authorityKey, parseAuthority, sameAuthority } from './host.ts';
import { allowableMethods, forbiddenMethods } from './methods.ts';
import { compilePolicy } from './policy.ts';
import type { Policy } from './policy.ts';
import type { Route } from './route.ts';
import { routesFileSchema } from './routesFile.ts';
import { parseUrl } from './url.ts';

const policyOf = (...routes: Route[]): Policy => compilePolicy(routesFileSchema.parse({ log: 2, routes }));

function judge(policy: Policy, text: string, more: Partial<MatchRequest> = {}): Verdict {
  const url = parseUrl(text);
  if (!url.ok) return { verdict: 'block', clause: 'authority', reason: url.reason, hint: '' };
  return decide(policy, { ...url.value, method: 'GET', headers: [], ...more });
}

const passes = (policy: Policy, text: string, more?: Partial<MatchRequest>): boolean => judge(policy, text, more).verdict === 'allow';

/** What a CONNECT or Host line that says this is taken for. */
function placed(policy: Policy, authority: string): boolean {
  const parsed = parseAuthority(authority, undefined);
  return parsed.ok && !('verdict' in decidePlace(policy, 'https', parsed.value));
}

const allow = policyOf({ host: 'allow.test' });
const api = policyOf({ host: 'allow.test', matches: [{ paths: [{ value: '/api/v1/' }] }] });

describe('who is the target', () => {
  test.each(['allow.test@evil.test', 'allow.test:443@evil.test', 'allow.test#.evil.test', 'allow.test evil.test', 'allow.test\tevil.test', 'allow.test,evil.test', 'allow.test/evil.test', 'user:x@allow.test'])(
    'a host line that says %j names nobody (userinfo, fragment, separators)',
    (host) => {
      expect(parseAuthority(host, 443).ok).toBe(false);
    },
  );

  test.each(['93.184.215.14:443', '[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443'])('%s is denied though a listed name points there: names only', (authority) => {
    expect(placed(allow, authority)).toBe(false);
  });

  test.each(['2130706433', '0x7f.1', '017700000001', '127.1', '0x7f000001', '0177.0.0.1', '127.0.0.01', '127.0.1', '①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1'])(
    'the odd IPv4 spelling %s is no host, also where 127.0.0.1 is listed',
    (host) => {
      const inward = policyOf({ host: '127.0.0.1', private_addresses: true });
      expect(placed(inward, `${host}:443`)).toBe(false);
      expect(placed(inward, '127.0.0.1:443')).toBe(true);
    },
  );

  test.each(['[::1]:443', '[0:0:0:0:0:0:0:1]:443', '[0000::0001]:443', '[::0.0.0.1]:443'])('the IPv6 spelling %s is one place with ::1', (authority) => {
    expect(placed(policyOf({ host: '[::1]', private_addresses: true }), authority)).toBe(true);
  });

  test.each(['[::ffff:127.0.0.1]:443', '[64:ff9b::7f00:1]:443', '[2002:7f00:1::]:443', '[::1%25lo]:443'])('%s is not the listed 127.0.0.1 or ::1', (authority) => {
    expect(placed(policyOf({ host: '127.0.0.1' }, { host: '[::1]' }), authority)).toBe(false);
  });

  test.each([['ALLOW.Test:443', true], ['allow.test.:443', true], ['aLLoW.tEsT.:443', true], ['allow.test..:443', false], ['.allow.test:443', false]])('%s: %s (case and trailing dot)', (authority, expected) => {
    expect(placed(allow, authority)).toBe(expected);
  });

  test('every accepted spelling of a place has the same key, for match, certificate, dial and log alike', () => {
    const spellings = ['allow.test:443', 'ALLOW.TEST:443', 'allow.test.:443', 'Allow.Test.:443'].map((text) => parseAuthority(text, undefined));
    for (const each of spellings) {
      if (!each.ok) throw new Error(each.reason);
      expect(authorityKey(each.value)).toBe('allow.test:443');
      expect(sameAuthority(each.value, { host: 'allow.test', port: 443, kind: 'name' })).toBe(true);
    }
  });

  test.each(['allow.test.evil.test', 'xallow.test', 'evil.test', 'allow.test%2eevil.test', 'allow.test%00.evil.test', 'allow-test', 'allow.testx', 'allow'])('%s is denied: no part of a name counts', (host) => {
    expect(placed(allow, `${host}:443`)).toBe(false);
  });

  test.each([':22', ':25', ':8443', ':0443', ':0', ':65536', ':-1', ':443x', ':', '', ':443/x', ': 443', ':+443', ':4_43', ':４４３'])('the port in allow.test%s is denied: 443 is the only one listed', (port) => {
    expect(placed(allow, `allow.test${port}`)).toBe(false);
  });

  test('several ports of one host are several routes', () => {
    const policy = policyOf({ host: 'allow.test' }, { host: 'allow.test:8443' });
    expect(['allow.test:443', 'allow.test:8443', 'allow.test:8444'].map((text) => placed(policy, text))).toEqual([true, true, false]);
  });
});

describe('wildcards', () => {
  const policy = policyOf({ host: '*.allow.test' }, { host: 'api.allow.test', matches: [{ methods: ['POST'] }] }, { host: '*.port.test:8443' });
  test.each([
    ['https://one.allow.test/', true], ['https://ONE.Allow.Test./', true], ['https://xn--bcher-kva.allow.test/', true], ['https://allow.test/', false], ['https://a.b.allow.test/', false],
    ['https://one.allow.test:8443/', false], ['http://one.allow.test/', false], ['https://oneallow.test/', false], ['https://one.allow.test.evil.test/', false], ['https://*.allow.test/', false],
    ['https://one.port.test:8443/', true], ['https://one.port.test/', false],
  ])('%s: %s (exactly one label, the port as written)', (url, expected) => {
    expect(passes(policy, url)).toBe(expected);
  });

  test('the exact host decides where both are listed', () => {
    expect(judge(policy, 'https://api.allow.test/')).toMatchObject({ verdict: 'block', clause: 'routes[1].matches' });
    expect(judge(policy, 'https://api.allow.test/', { method: 'POST' })).toMatchObject({ verdict: 'allow', clause: 'routes[1].matches[0]' });
  });
});

describe('paths', () => {
  test.each([
    ['/api/v1', false], ['/api/v1/', true], ['/api/v1/x', true], ['/api/v10/x', false], ['/api/v1.1/x', false], ['/API/V1/x', false], ['/api/v1//x', true], ['/api//v1/x', false], ['/api/v1;a/x', false],
  ])('the prefix /api/v1/ and %s: %s', (path, expected) => {
    expect(passes(api, `https://allow.test${path}`)).toBe(expected);
  });

  test.each([
    '/api/v1/../admin', '/api/v1/%2e%2e/admin', '/api/v1/.%2E/admin', '/api/v1/..%2fadmin', '/api/v1/..%5cadmin', '/api/v1\\..\\admin', '/api/v1/..;/admin', '/api/v1/%252e%252e/admin', '/api/v1/./x',
    '/api/v1/%2e/x', '/api/v1/%25252e%25252e/admin', '/api/v1/%2e%2e%2fadmin', '/api/v1/..', '/api/v1/x/%2e.', '/api/v1/%2e%2e;x=y/admin',
  ])('the dot segment in %s is denied, on a route without rules too', (path) => {
    expect(judge(api, `https://allow.test${path}`)).toMatchObject({ verdict: 'block', clause: 'path' });
    expect(judge(allow, `https://allow.test${path}`)).toMatchObject({ verdict: 'block', clause: 'path' });
  });

  test('encoded letters are the letters, and what was judged is what is sent', () => {
    expect(judge(api, 'https://allow.test/%61pi/v1/%78?q=%61')).toMatchObject({ verdict: 'allow', target: { path: '/api/v1/x', query: '?q=%61' } });
  });

  test.each(['prefix', 'exact', 'regex'] as const)('a %s rule sees the one canonical spelling', (type) => {
    const policy = policyOf({ host: 'allow.test', encoded_slash: true, matches: [{ paths: [{ type, value: type === 'regex' ? '/@s%2Fn' : '/@s%2fn' }] }] });
    for (const path of ['/@s%2fn', '/@s%2Fn', '/%40s%2Fn'.replace('%40', '@'), '/@%73%2Fn']) expect([path, passes(policy, `https://allow.test${path}`)]).toEqual([path, true]);
    expect(passes(policy, 'https://allow.test/@s/n')).toBe(false);
  });

  test.each([['/api/v1/x?y=/admin', true], ['/x?y=/api/v1/', false], ['/api/v1/x?', true], ['/api/v1/x??', true], ['/api/v1/x?a=..%2f..', true]])('%s: %s (the query takes no part)', (path, expected) => {
    expect(passes(api, `https://allow.test${path}`)).toBe(expected);
  });

  test.each(['?', '??', '?a=%2e%2e&b=%zz', '?%00'])('the query %s is sent as it came', (query) => {
    expect(judge(api, `https://allow.test/api/v1/x${query}`)).toMatchObject({ target: { path: '/api/v1/x', query } });
  });

  test.each(['/api/v1/x#/admin', '/api/v1/%zz', '/api/v1/%', '/api/v1/%4', '/api/v1/%c0%ae', '/api/v1/%e0%80%af', '/api/v1/%00', '/api/v1/%0d%0a', '/api/v1/%2500', '/api/v1/%7f'])('%s is denied without an exception', (path) => {
    expect(judge(api, `https://allow.test${path}`)).toMatchObject({ verdict: 'block', clause: 'path' });
  });

  test.each([['/api', '/x/api', false], ['/api', '/api/x', false], ['/api', '/api', true], ['/api$', '/api%0A', false], ['(?i)/api', '/API', true], ['/api', '/API', false], ['/a.c', '/a%0Ac', false]])(
    'the expression %s is anchored at both ends: %s is %s',
    (value, path, expected) => {
      expect(passes(policyOf({ host: 'allow.test', matches: [{ paths: [{ type: 'regex', value }] }] }), `https://allow.test${path}`)).toBe(expected);
    },
  );
});

describe('methods', () => {
  test.each([['GET', true], ['HEAD', false], ['get', false], ['Get', false], ['PATCH', false], ['PROPFIND', false], ['TRACE', false], ['TRACK', false], ['CONNECT', false], ['FOO', false], ['', false], ['GET ', false]])(
    '%j under a rule for GET: %s',
    (method, expected) => {
      expect(passes(policyOf({ host: 'allow.test', matches: [{ methods: ['GET'] }] }), 'https://allow.test/', { method })).toBe(expected);
    },
  );

  test('what nobody gets is denied without rules, and not echoed', () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'FOO', 'get']) expect(judge(allow, 'https://allow.test/', { method })).toMatchObject({ verdict: 'block', clause: 'method' });
    const odd = judge(allow, 'https://allow.test/', { method: 'X\r\nforged: line' });
    expect(odd.reason).toBe('this method is never allowed');
  });

  test('the table is the one of the HTTP parser', () => {
    const known = new Set([...allowableMethods, ...forbiddenMethods]);
    expect(METHODS.filter((method) => !known.has(method))).toEqual([]);
  });
});

describe('headers', () => {
  const exact = (...headers: NonNullable<NonNullable<Route['matches']>[number]['headers']>): Policy => policyOf({ host: 'allow.test', matches: [{ headers }] });
  const ask = (policy: Policy, ...headers: [string, string][]): boolean => passes(policy, 'https://allow.test/', { headers });
  const red = exact({ name: 'X-Team', value: 'red' });

  test('the name in any case, the value as it is', () => {
    expect([ask(red, ['x-team', 'red']), ask(red, ['X-TEAM', 'red']), ask(red, ['X-Team', 'RED'])]).toEqual([true, true, false]);
  });

  test('a missing header and an empty one do not fit', () => {
    expect([ask(red), ask(red, ['x-team', '']), ask(red, ['x-other', 'red'])]).toEqual([false, false, false]);
  });

  test('of a repeated header every value must fit, in any order', () => {
    expect([ask(red, ['x-team', 'red'], ['X-Team', 'red']), ask(red, ['x-team', 'red'], ['x-team', 'blue']), ask(red, ['x-team', 'blue'], ['x-team', 'red'])]).toEqual([true, false, false]);
  });

  test('values joined by a comma are one value', () => {
    expect([ask(red, ['x-team', 'red, red']), ask(exact({ name: 'x-team', value: '(red)(, red)*', type: 'regex' }), ['x-team', 'red, red'])]).toEqual([false, true]);
  });

  test('an expression covers the whole value', () => {
    const policy = exact({ name: 'x-team', value: 're', type: 'regex' });
    expect([ask(policy, ['x-team', 're']), ask(policy, ['x-team', 'red'])]).toEqual([true, false]);
  });

  test('all rules of an entry must fit; alternatives are entries', () => {
    const both = exact({ name: 'x-team', value: 'red' }, { name: 'x-env', value: 'test' });
    expect([ask(both, ['x-team', 'red'], ['x-env', 'test']), ask(both, ['x-team', 'red']), ask(both, ['x-env', 'test'])]).toEqual([true, false, false]);
    const either = policyOf({ host: 'allow.test', matches: [{ headers: [{ name: 'x-team', value: 'red' }] }, { headers: [{ name: 'x-team', value: 'blue' }] }] });
    expect([ask(either, ['x-team', 'blue']), ask(either, ['x-team', 'red'], ['x-team', 'blue'])]).toEqual([true, false]);
  });
});

describe('entries', () => {
  test('the first entry that fits is the clause; any one is enough', () => {
    const policy = policyOf({ host: 'allow.test', matches: [{ methods: ['POST'] }, { paths: [{ value: '/a' }] }, { paths: [{ value: '/' }] }] });
    expect([judge(policy, 'https://allow.test/a').clause, judge(policy, 'https://allow.test/b').clause, judge(policy, 'https://allow.test/a', { method: 'POST' }).clause]).toEqual(['routes[0].matches[1]', 'routes[0].matches[2]', 'routes[0].matches[0]']);
  });

  test('no routes allow nothing', () => {
    expect(judge(policyOf(), 'https://allow.test/')).toMatchObject({ verdict: 'block', clause: 'routes' });
  });
});
