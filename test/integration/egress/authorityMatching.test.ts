import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../../schemas/policy/route.ts';
import { rawValues } from './upstream.ts';
import { ask, connectAnswer, expectDenied, get, openTunnel, startWorld, talk, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());

type Rules = Pick<Route, 'matches' | 'encoded_slash'>;
const configure = (rules: Rules): void => world.configure([{ host: open, private_addresses: true, ...rules }]);
const prefix = (value: string): Rules => ({ matches: [{ paths: [{ value }] }] });
const regex = (value: string): Rules => ({ matches: [{ paths: [{ type: 'regex', value }] }] });
const accept = (value: string): Rules => ({ matches: [{ headers: [{ name: 'X-Kind', value }] }] });

const passes: readonly (readonly [string, Rules, () => string, string])[] = [
  ['the prefix itself', prefix('/api/v1'), () => get(open, '/api/v1'), '/api/v1'],
  ['what lies below a prefix', prefix('/api/v1/'), () => get(open, '/api/v1/x'), '/api/v1/x'],
  ['encoded letters, which are the same path', prefix('/api/v1/'), () => get(open, '/%61pi/v1/x'), '/api/v1/x'],
  ['a query, which takes no part and stays as it is', prefix('/api/v1/'), () => get(open, '/api/v1/x?y=/admin&&%zz='), '/api/v1/x?y=/admin&&%zz='],
  ['an empty query and two marks', prefix('/api'), () => get(open, '/api??'), '/api??'],
  ['an encoded slash where the route allows it', { ...prefix('/@scope%2Fname'), encoded_slash: true }, () => get(open, '/@scope%2fname'), '/@scope%2Fname'],
  ['an expression that fits the whole path', regex('/repos/[a-z]+/x'), () => get(open, '/repos/me/x'), '/repos/me/x'],
  ['one of two entries', { matches: [{ paths: [{ value: '/a' }], methods: ['GET'] }, { paths: [{ value: '/b' }], methods: ['POST'] }] }, () => `POST /b HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 0\r\n\r\n`, '/b'],
  ['a header in another case of its name', accept('json'), () => get(open, '/h', 'x-kind: json\r\n'), '/h'],
];

const blocked: readonly (readonly [string, Rules, () => string])[] = [
  ['a longer segment', prefix('/api/v1'), () => get(open, '/api/v10/x')],
  ['a segment that goes on with a dot', prefix('/api/v1'), () => get(open, '/api/v1.1/x')],
  ['another case', prefix('/api/v1'), () => get(open, '/API/V1/x')],
  ['the folder without its slash', prefix('/api/v1/'), () => get(open, '/api/v1')],
  ['a path in the query', prefix('/api/v1'), () => get(open, '/admin?/api/v1')],
  ['an encoded slash', prefix('/api'), () => get(open, '/api%2fv1')],
  ['an expression that fits only a part', regex('/api'), () => get(open, '/x/api')],
  ['an expression and a line end', regex('/api'), () => get(open, '/api%0a')],
  ['a method of another entry', { matches: [{ paths: [{ value: '/a' }], methods: ['GET'] }, { paths: [{ value: '/b' }], methods: ['POST'] }] }, () => get(open, '/b')],
  ['HEAD where GET is listed', { matches: [{ methods: ['GET'] }] }, () => `HEAD / HTTP/1.1\r\nHost: ${open}\r\n\r\n`],
  ['PROPFIND where GET is listed', { matches: [{ methods: ['GET'] }] }, () => `PROPFIND / HTTP/1.1\r\nHost: ${open}\r\n\r\n`],
  ['a lower-case method', { matches: [{ methods: ['GET'] }] }, () => get(open).replace('GET', 'get')],
  ['a method nobody knows', {}, () => get(open).replace('GET', 'FOO')],
  ['a missing header', accept('json'), () => get(open)],
  ['an empty header', accept('json'), () => get(open, '/', 'X-Kind: \r\n')],
  ['a repeated header of which one value differs', accept('json'), () => get(open, '/', 'X-Kind: json\r\nX-Kind: xml\r\n')],
  ['two values joined by a comma', accept('json'), () => get(open, '/', 'X-Kind: json, xml\r\n')],
  ['a header that is hop-by-hop by the agent\'s own word', accept('json'), () => get(open, '/', 'Connection: x-kind\r\nX-Kind: json\r\n')],
];

describe('rules of a route, on the wire', () => {
  test.each(passes)('%s passes, and what is sent is what was judged', async (_name, rules, text, sent) => {
    configure(rules);
    const before = world.open.requests.length;
    expect(await ask(world, open, text())).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests.slice(before).map((request) => request.url)).toEqual([sent]);
    expect(rawValues(world.open.requests[before]?.raw ?? [], 'host')).toEqual([open]);
  });

  test.each(blocked)('%s is blocked, and nothing is sent', async (_name, rules, text) => {
    configure(rules);
    const { answer } = await expectDenied(world, world.open, () => talkHead(text()));
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  test('an expression that would be catastrophic elsewhere answers at once, and so does the next tunnel', async () => {
    configure({ matches: [{ paths: [{ type: 'regex', value: '/(a+)+b' }, { type: 'regex', value: '/(.*a){12}c' }] }] });
    const other = await openTunnel(world, open);
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open, `/${'a'.repeat(30_000)}`)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(await talk(other, get(open, '/aab'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    other.destroy();
  });
});

/** HEAD has no body to wait for, so an answer is whole with its head. */
async function talkHead(text: string): Promise<string> {
  const secure = await openTunnel(world, open);
  const answer = await talk(secure, text, text.startsWith('HEAD') ? /\r\n\r\n/ : wholeAnswer);
  secure.destroy();
  return answer;
}

test('two bottles at once: each has its own routes, its own credential and its own authority', async () => {
  const second = await startWorld();
  const [mine, theirs] = [`allow.test:${world.allow.port}`, `allow.test:${second.allow.port}`];
  const route = (host: string): Route => ({ host, auth_scheme: 'Bearer', token_env: 'SLOT', private_addresses: true });
  world.configure([route(mine)], { credentials: { SLOT: 'credential-of-the-first' } });
  second.configure([route(theirs)], { credentials: { SLOT: 'credential-of-the-second' } });
  await Promise.all([ask(world, mine, get(mine)), ask(second, theirs, get(theirs))]);
  expect(rawValues(world.allow.requests.at(-1)?.raw ?? [], 'authorization')).toEqual(['Bearer credential-of-the-first']);
  expect(rawValues(second.allow.requests.at(-1)?.raw ?? [], 'authorization')).toEqual(['Bearer credential-of-the-second']);
  await expectDenied(world, second.allow, async () => (await connectAnswer(world, theirs)).answer);
  expect(world.caPem).not.toBe(second.caPem);
  await second.close();
});
