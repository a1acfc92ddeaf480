import { describe, expect, test } from 'vitest';
import { decide, explain } from './decide.ts';
import type { MatchRequest } from './decide.ts';
import { compilePolicy } from './policy.ts';
import { queryParameters } from './query.ts';
import type { MatchRule, Route } from './route.ts';
import { parseRoutesFile, routesFileSchema } from './routesFile.ts';
import { parseUrl } from './url.ts';

type Query = NonNullable<MatchRule['query']>;

function asked(target: string, more: Partial<MatchRequest> = {}): MatchRequest {
  const parsed = parseUrl(`https://a.test${target}`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { ...parsed.value, method: 'GET', headers: [], ...more };
}

const policyOf = (route: Omit<Route, 'host'>) => compilePolicy(routesFileSchema.parse({ log: 2, routes: [{ host: 'a.test', ...route }] }));
const allowed = (query: Query, text: string): boolean => decide(policyOf({ matches: [{ query }] }), asked(`/${text}`)).verdict === 'allow';
const denied = (query: Query, text: string): boolean => decide(policyOf({ deny: [{ query }] }), asked(`/${text}`)).verdict === 'block';

describe('a query is taken apart', () => {
  test.each([
    ['', []], ['?', []], ['?a=1', [['a', '1']]], ['?a', [['a', '']]], ['?a=', [['a', '']]], ['?a=b=c', [['a', 'b=c']]], ['?a=1&b=2&a=3', [['a', '1'], ['b', '2'], ['a', '3']]],
    ['?%61=%2541', [['a', '%41']]], ['?a+b=c+d', [['a b', 'c d']]], ['?a=%2B%26%3D%3B', [['a', '+&=;']]], ['?a=%C3%A4', [['a', 'ä']]], ['?a=1&', [['a', '1'], ['', '']]], ['??a=1', [['?a', '1']]],
  ])('%s, decoded exactly once', (query, pairs) => {
    expect(queryParameters(query)?.map(({ name, value }) => [name, value])).toEqual(pairs);
  });

  test.each(['?a=1;b=2', '?a=%', '?a=%zz', '?%4=1', '?a=%c0%ae', '?a=%ff', '?a=%ed%a0%80', '?a=%e2%82', '?a=1&%61=1', '?a+b=1&a%20b=1'])('%s can be read in two ways, or in none', (query) => {
    expect(queryParameters(query)).toBeUndefined();
  });
});

test('a thousand parameters are read, more are read in two ways', () => {
  const many = (count: number): string => `?${Array.from({ length: count }, () => 'a').join('&')}`;
  expect([queryParameters(many(1000))?.length, queryParameters(many(1001))]).toEqual([1000, undefined]);
  expect([allowed([{ name: 'a' }], many(1001)), denied([{ name: 'b' }], many(1001)), denied([{ name: 'b' }], many(1000))]).toEqual([false, true, false]);
});

describe('query in matches', () => {
  const paged: Query = [{ name: 'page', value: '[0-9]+', type: 'regex' }, { name: 'q' }, { name: 'fix', value: 'a b' }];
  test.each([
    ['?page=1&q=x&fix=a+b', true], ['?fix=a%20b&q=&page=22', true], ['?page=1&fix=a b'.replace(' ', '%20'), true], ['?page=1&fix=a+b&q=1&q=2', true], ['?page=1&page=2&fix=a+b', true], ['?%70age=1&fix=%61+b', true],
    ['?page=1', false], ['?fix=a+b', false], ['', false], ['?page=x&fix=a+b', false], ['?page=1&fix=a%2Bb', false], ['?page=1&page=x&fix=a+b', false], ['?page=x&page=1&fix=a+b', false], ['?page=1&fix=a+b&extra=1', false],
    ['?page=1&fix=a+b&extra', false], ['?page=1&fix=a+b&', false], ['?page=1&&fix=a+b', false], ['?PAGE=1&fix=a+b', false], ['?page[]=1&fix=a+b', false], ['?page=1&fix=A+b', false], ['?page=1%0a&fix=a+b', false], ['?page=%2531&fix=a+b', false],
  ])('%s: %s (in any order, every value of each, no other parameter)', (text, expected) => {
    expect(allowed(paged, text)).toBe(expected);
  });

  test.each([['', true], ['?', true], ['?a', false], ['?&', false], ['?=', false], ['?%zz', false]])('an empty list and %j: %s (no parameter at all)', (text, expected) => {
    expect(allowed([], text)).toBe(expected);
  });

  test.each(['?q=1;page=2', '?q=%', '?q=%zz', '?q=%c0%ae', '?q=%ff', '?q=1&%71=1', '?q%00=1', '?q=1&q[]=2', '?q.x=1', '?q=1%00', '?q%09=1', '?[q]=1'])('%s fits no entry, also where any value of it may be', (text) => {
    expect(allowed([{ name: 'q' }], text)).toBe(false);
  });

  test('an empty value is a value, and must be there', () => {
    expect(['?flag', '?flag=', '?flag=1', ''].map((text) => allowed([{ name: 'flag', value: '' }], text))).toEqual([true, true, false, false]);
  });

  test('a long value costs nothing out of proportion', () => {
    expect(allowed([{ name: 'a', value: '(x+x+)+y', type: 'regex' }], `?a=${'x'.repeat(30_000)}`)).toBe(false);
  });

  test('the query goes on byte for byte', () => {
    expect(decide(policyOf({ matches: [{ query: [{ name: 'q' }] }] }), asked('/%61?%71=%7e+%2f&q'.replace('&q', '')))).toMatchObject({ verdict: 'allow', target: { path: '/a', query: '?%71=%7e+%2f' } });
  });

  test('stands beside the other dimensions, and the verdict and its steps name it', () => {
    const policy = policyOf({ matches: [{ paths: [{ value: '/search' }], query: [{ name: 'q' }] }, { methods: ['HEAD'] }] });
    expect(decide(policy, asked('/search?q=1'))).toMatchObject({ verdict: 'allow', clause: 'routes[0].matches[0]' });
    expect(decide(policy, asked('/search?r=1'))).toMatchObject({ verdict: 'block', clause: 'routes[0].matches' });
    expect(explain(policy, asked('/search?r=1'))).toContain('routes[0].matches[0].query does not fit');
    expect(explain(policy, asked('/search?q=1'))).toContain('routes[0].matches[0].query fits');
    for (const line of explain(policy, asked('/search?q=secret-value&r=1'))) expect(line).not.toContain('secret-value');
  });

  test('does not lift what is blocked about git', () => {
    const policy = policyOf({ git: { fetch: true }, matches: [{ query: [{ name: 'service' }] }] });
    expect(decide(policy, asked('/r.git/info/refs?service=git-receive-pack'))).toMatchObject({ verdict: 'block', clause: 'git' });
    expect(decide(policy, asked('/r.git/info/refs?service=git-upload-pack'))).toMatchObject({ verdict: 'allow' });
  });
});

describe('query in deny', () => {
  test.each([
    '?admin', '?admin=1', '?x=1&admin=0', '?%61dmin=1', '?ADMIN=1', '?%2561dmin=1', '?admin[]=1', '?admin[x]=1', '?+admin=1', '?admin+=1',
    '?[admin]=1', '?]admin=1', '?admin]=1', '?[admin][x]=1', '?%5Badmin%5D=1', '?%255Badmin=1', '?x%00=1', '?x=%00',
    '?admin%00x=1', '?admin%2500x=1', '?admin%0a=1', '?x=1;admin=1', '?x=%zz', '?x=%', '?x=%c0%ae', '?x=%ff', '?x=1&%78=1', '?;', '?x=1;y',
  ])('%s is denied: any spelling of the parameter, and what nobody can read for certain', (text) => {
    expect(denied([{ name: 'admin' }], text)).toBe(true);
  });

  test('a name or value that is encoded without end is denied, at once', () => {
    const deep = `%${'25'.repeat(30_000)}61`;
    expect([denied([{ name: 'admin' }], `?${deep}=1`), denied([{ name: 'x', value: 'y' }], `?x=${deep}`), denied([{ name: 'x', value: 'y' }], `?z=${deep}`)]).toEqual([true, true, false]);
  });

  test('a list with more parts than anybody writes is denied', () => {
    expect([denied([{ name: 'x', value: 'y' }], `?x=${'a,'.repeat(1000)}`), denied([{ name: 'x', value: 'y' }], `?x=${'a,'.repeat(900)}`)]).toEqual([true, false]);
  });

  test.each([['is_admin', '?is[admin=1'], ['is_admin', '?is.admin=1'], ['is_admin', '?is+admin=1'], ['is_admin', '?is%2Badmin=1'], ['é', '?%C3%89=1'], ['é', '?%25C3%2589=1'], ['é', '?%C3%2589=1'], ['a[b]', '?a[b]=1'], ['is+admin', '?is+admin']])('%s is found in %s', (name, text) => {
    expect(denied([{ name }], text)).toBe(true);
  });

  test.each([['role', 'admin', '?role=admin%00'], ['role', 'admin', '?role=admin%2500x'], ['q', 'drop table', '?q=drop%2Btable'], ['q', 'drop table', '?q=drop%252Btable'], ['q', 'a+b', '?q=a+b'], ['q', 'a+b c', '?q=a+b%20c'], ['q', 'a b', '?q=x,a%2Bb'], ['q', 'é', '?q=%25C3%2589']])('%s: %s is found in %s', (name, value, text) => {
    expect(denied([{ name, value }], text)).toBe(true);
  });

  test.each([['q', 'a+b', '?q=a%20b'], ['q', 'a b', '?q=ab'], ['is_admin', '1', '?is[user=1'], ['q', 'é', '?q=%25C3']])('%s: %s is not in %s', (name, value, text) => {
    expect(denied([{ name, value }], text)).toBe(false);
  });

  test.each(['', '?', '?x=admin', '?administrator=1', '?[administrator]=1', '?ad[min]=1', '?xadmin=1', '?x=%3Badmin=1', '?x=1&x=2', '?&&'])('%s passes', (text) => {
    expect(denied([{ name: 'admin' }], text)).toBe(false);
  });

  test.each(['?scope=write', '?scope=WRITE', '?scope=read&scope=write', '?scope=read,write', '?scope=%77rite', '?scope=%2577rite', '?scope=read+,+write', '?a=1&Scope=write'])('%s has a value that denies', (text) => {
    expect(denied([{ name: 'scope', value: 'write' }], text)).toBe(true);
    expect(denied([{ name: 'scope', value: 'wr.te', type: 'regex' }], text)).toBe(true);
  });

  test.each(['?q=x%0Asecret%0Ay', '?q=%0Asecret', '?q=x%250D%250Asecret', '?q=x%E2%80%A8secret'])('a line end in %s hides nothing from an expression', (text) => {
    expect(denied([{ name: 'q', value: '.*secret.*', type: 'regex' }], text)).toBe(true);
  });

  test.each(['?scope=read', '?scope=', '?scope=writer', '?other=write'])('%s has none', (text) => {
    expect(denied([{ name: 'scope', value: 'write' }], text)).toBe(false);
  });

  test('any one of several parameters is enough; another dimension must fit too', () => {
    const policy = policyOf({ deny: [{ methods: ['POST'], query: [{ name: 'a' }, { name: 'b', value: '1' }] }] });
    const post = (text: string): string => decide(policy, asked(text, { method: 'POST' })).verdict;
    expect([post('/?a'), post('/?b=1'), post('/?b=2'), post('/?;'), decide(policy, asked('/?a')).verdict]).toEqual(['block', 'block', 'allow', 'block', 'allow']);
  });
});

describe('a rule on queries that can never match is refused with its place', () => {
  const first = (more: string) => {
    const parsed = parseRoutesFile(`routes:\n- host: a.test\n  ${more}\n`);
    return parsed.ok ? undefined : parsed.errors[0];
  };
  test.each([
    ['no name', 'matches: [{query: [{value: x}]}]', 'routes[0].matches[0].query[0].name', '', ''],
    ['an empty name', 'matches: [{query: [{name: ""}]}]', 'routes[0].matches[0].query[0].name', 'has a name', ''],
    ['a name that no query has for certain', 'matches: [{query: [{name: "a\\0b"}]}]', 'routes[0].matches[0].query[0].name', 'control character', ''],
    ['an unknown key', 'matches: [{query: [{name: a, values: [x]}]}]', 'routes[0].matches[0].query[0].values', 'unknown key', 'Allowed here: name, value, type.'],
    ['a kind of value that is none', 'matches: [{query: [{name: a, value: x, type: prefix}]}]', 'routes[0].matches[0].query[0].type', 'expected one of', ''],
    ['an expression without its text', 'matches: [{query: [{name: a, type: regex}]}]', 'routes[0].matches[0].query[0].type', 'needs a value', 'Write the expression'],
    ['a broken expression', 'matches: [{query: [{name: a, type: regex, value: "("}]}]', 'routes[0].matches[0].query[0].value', 'not a regular expression', ''],
    ['one parameter twice', 'matches: [{query: [{name: a, value: x}, {name: a, value: y}]}]', 'routes[0].matches[0].query[1]', 'query[0] is for the same parameter', 'entry of its own'],
    ['one parameter twice in a deny', 'deny: [{query: [{name: a, value: x}, {name: a}]}]', 'routes[0].deny[0].query[1]', 'query[0] is for the same parameter', ''],
    ['a value of the credential\'s own parameter', 'auth_scheme: query:key\n  token_env: T\n  matches: [{query: [{name: key, value: x}]}]', 'routes[0].matches[0].query[0].value', 'takes the place of this parameter', 'Leave the value out'],
    ['a path with a query', 'matches: [{paths: [{value: /a?b}]}]', 'routes[0].matches[0].paths[0].value', 'write parameters under query', ''],
  ])('%s', (_name, more, key, message, hint) => {
    expect(first(more)).toMatchObject({ key, message: expect.stringContaining(message), hint: expect.stringContaining(hint) });
  });
});
