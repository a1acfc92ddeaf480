import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseRoutesFile, routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import type { MatchRule, Route } from '../../../schemas/policy/route.ts';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, connectAnswer, dialProxy, expectDenied, get, here, openTunnel, startWorld, talk, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;
let port: number;

beforeAll(async () => {
  world = await startWorld();
  port = world.open.port;
  open = `open.test:${port}`;
  for (const name of ['api.open.test', 'b.open.test', 'x.y.open.test']) world.names.set(name, here);
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
});

type Rules = Omit<Route, 'host'>;
const configure = (rules: Rules): void => world.configure([{ host: open, private_addresses: true, ...rules }]);
const but = (...deny: MatchRule[]): Rules => ({ deny });
const query = (...rules: NonNullable<MatchRule['query']>): Rules => ({ matches: [{ query: rules }] });
const send = (method: string, path: string, headers = ''): string => `${method} ${path} HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 0\r\n${headers}\r\n`;
const answered = (text: string): Promise<string> => ask(world, open, text);

const admin = but({ paths: [{ value: '/admin' }] });
const red = but({ headers: [{ name: 'X-Team', value: 'red' }] });
const paged = query({ name: 'page', value: '[0-9]+', type: 'regex' }, { name: 'q' });
const everything: MatchRule = { paths: [{ value: '/' }] };

const blocked: readonly (readonly [string, Rules, () => string, string])[] = [
  ['a denied path, though an entry of matches allows everything', { matches: [everything], ...admin }, () => get(open, '/admin'), 'routes[0].deny[0]'],
  ['what lies below it', admin, () => get(open, '/admin/users'), 'routes[0].deny[0]'],
  ['it with encoded letters', admin, () => get(open, '/%61dm%69n'), 'routes[0].deny[0]'],
  ['it encoded twice', admin, () => get(open, '/%2561dmin'), 'routes[0].deny[0]'],
  ['it in another case', admin, () => get(open, '/Admin'), 'routes[0].deny[0]'],
  ['it with a path parameter', admin, () => get(open, '/admin;v=1/users'), 'routes[0].deny[0]'],
  ['it behind dot segments', admin, () => get(open, '/x/../admin'), 'path'],
  ['it behind an encoded slash', admin, () => get(open, '/x%2Fadmin'), 'routes[0].encoded_slash'],
  ['it behind an encoded slash that the route lets through', { encoded_slash: true, ...but({ paths: [{ value: '/x/admin' }] }) }, () => get(open, '/x%2fadmin'), 'routes[0].deny[0]'],
  ['a denied method, though matches lists it', { matches: [{ methods: ['GET', 'DELETE'] }], ...but({ methods: ['DELETE'] }) }, () => send('DELETE', '/'), 'routes[0].deny[0]'],
  ['a denied header', red, () => get(open, '/', 'x-team: red\r\n'), 'routes[0].deny[0]'],
  ['a denied value of a repeated header', red, () => get(open, '/', 'X-Team: blue\r\nX-Team: red\r\n'), 'routes[0].deny[0]'],
  ['a denied value among several in one line', red, () => get(open, '/', 'X-Team: blue, RED\r\n'), 'routes[0].deny[0]'],
  ['a denied parameter', but({ query: [{ name: 'admin' }] }), () => get(open, '/?x=1&admin=0'), 'routes[0].deny[0]'],
  ['a denied parameter in another spelling', but({ query: [{ name: 'admin' }] }), () => get(open, '/?%41dmin[]=1'), 'routes[0].deny[0]'],
  ['a denied parameter behind a semicolon', but({ query: [{ name: 'admin' }] }), () => get(open, '/?x=1;admin=1'), 'routes[0].deny[0]'],
  ['a query that nobody can decode, where a parameter is denied', but({ query: [{ name: 'admin' }] }), () => get(open, '/?x=%c0%ae'), 'routes[0].deny[0]'],
  ['it before an encoded question mark', admin, () => get(open, '/admin%3Fx'), 'routes[0].deny[0]'],
  ['it with a dot behind it', admin, () => get(open, '/admin./users'), 'routes[0].deny[0]'],
  ['letters beyond ASCII in another case', but({ paths: [{ value: '/caf%C3%A9' }] }), () => get(open, '/caf%C3%89'), 'routes[0].deny[0]'],
  ['it behind a parameter that has an encoded slash', { encoded_slash: true, ...but({ paths: [{ value: '/a/b' }] }) }, () => get(open, '/a;%2Fx/b'), 'routes[0].deny[0]'],
  ['a denied parameter in brackets', but({ query: [{ name: 'admin' }] }), () => get(open, '/?[admin]=1'), 'routes[0].deny[0]'],
  ['a denied parameter that a NUL ends', but({ query: [{ name: 'admin' }] }), () => get(open, '/?admin%00x=1'), 'routes[0].deny[0]'],
  ['a denied parameter behind an open bracket', but({ query: [{ name: 'is_admin' }] }), () => get(open, '/?is[admin=1'), 'routes[0].deny[0]'],
  ['a denied value that a NUL ends', but({ query: [{ name: 'role', value: 'admin' }] }), () => get(open, '/?role=admin%00'), 'routes[0].deny[0]'],
  ['a denied value with its plus as a plus', but({ query: [{ name: 'q', value: 'a+b' }] }), () => get(open, '/?q=a+b'), 'routes[0].deny[0]'],
  ['a denied value with an encoded plus as its space', but({ query: [{ name: 'q', value: 'drop table' }] }), () => get(open, '/?q=drop%2Btable'), 'routes[0].deny[0]'],
  ['a NUL in a value that may be any', paged, () => get(open, '/?page=1&q=%00'), 'routes[0].matches'],
  ['a denied text behind a line end', but({ query: [{ name: 'q', value: '.*secret.*', type: 'regex' }] }), () => get(open, '/?q=x%0Asecret%0Ay'), 'routes[0].deny[0]'],
  ['a line end in a value that an expression lists', query({ name: 'q', value: '.*', type: 'regex' }), () => get(open, '/?q=x%0Ay'), 'routes[0].matches'],
  ['a parameter that is not listed', paged, () => get(open, '/?page=1&extra=1'), 'routes[0].matches'],
  ['a missing parameter', paged, () => get(open, '/?q=x'), 'routes[0].matches'],
  ['a repeated parameter of which one value differs', paged, () => get(open, '/?page=1&page=x'), 'routes[0].matches'],
  ['a value that would fit when decoded twice', paged, () => get(open, '/?page=%2531'), 'routes[0].matches'],
  ['a semicolon between parameters', paged, () => get(open, '/?page=1;q=x'), 'routes[0].matches'],
  ['an overlong escape in a value that may be any', paged, () => get(open, '/?page=1&q=%c0%ae'), 'routes[0].matches'],
  ['one parameter under two spellings', paged, () => get(open, '/?page=1&q=x&%71=x'), 'routes[0].matches'],
  ['any parameter where there may be none', query(), () => get(open, '/?a'), 'routes[0].matches'],
];

const passes: readonly (readonly [string, Rules, string])[] = [
  ['what a deny does not name', admin, '/administrator?p=/admin'],
  ['parameters in any order', paged, '/?q=a&page=12'],
  ['a repeated parameter of which every value fits', paged, '/?page=1&page=2'],
  ['escapes, decoded for the judgement only', paged, '/?%70age=%31&q=a+b%20%2f%c3%a4'],
  ['an optional parameter that is not there', paged, '/?page=1'],
  ['no query where there may be none', query(), '/'],
  ['a lone question mark, which is no parameter', query(), '/?'],
];

describe('deny and query, on the wire', () => {
  test.each(blocked)('%s is blocked, and nothing is sent', async (_name, rules, text, clause) => {
    configure(rules);
    const secure = await openTunnel(world, open);
    const { answer, line } = await expectDenied(world, world.open, () => talk(secure, text(), wholeAnswer));
    secure.destroy();
    expect(answer).toMatch(clause === 'path' ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 403 /);
    expect(line.clause).toBe(clause);
  });

  test.each(passes)('%s passes byte for byte', async (_name, rules, path) => {
    configure(rules);
    const before = world.open.requests.length;
    expect(await answered(get(open, path))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests.slice(before).map((request) => request.url)).toEqual([path]);
  });

  test('a refusal by a deny says so to the agent, and offers no proposal', async () => {
    configure(admin);
    const text = await answered(get(open, '/admin'));
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ clause: 'routes[0].deny[0]', reason: expect.stringContaining('denied by the route for open.test'), tool: null, do_not_retry: true });
  });

  test('query values reach no log line and no answer, whatever the verdict hung on', async () => {
    const value = 'value-that-nobody-keeps';
    configure({ matches: [{ query: [{ name: 'a', value }] }], deny: [{ query: [{ name: 'b', value }] }] });
    const lines = world.log().length;
    const answers = [await answered(get(open, `/?a=${value}`)), await answered(get(open, `/?a=${value}&b=${value}`)), await answered(get(open, `/?c=${value}`))];
    expect(answers.map((text) => text.slice(9, 12))).toEqual(['200', '403', '403']);
    expect(world.log().slice(lines).map(({ clause }) => clause)).toEqual(['routes[0].matches[0]', 'routes[0].deny[0]', 'routes[0].matches']);
    expect(JSON.stringify(world.log().slice(lines)) + answers.join('')).not.toContain(value);
  });
});

describe('a place that is denied', () => {
  const wildcard = (): Route => ({ host: `*.open.test:${port}`, private_addresses: true, plaintext: true });

  test('is a hole in a wildcard: its tunnel does not open, its neighbour\'s does', async () => {
    world.configure([wildcard(), { host: `b.open.test:${port}`, deny: true }]);
    const { answer, line } = await expectDenied(world, world.open, async () => (await connectAnswer(world, `B.open.test.:${port}`)).answer);
    expect(answer).toMatch(/^HTTP\/1\.1 403 .*denied by the route for b\.open\.test/);
    expect(line).toMatchObject({ clause: 'routes[1].deny', method: 'CONNECT' });
    const { socket, answer: neighbour } = await connectAnswer(world, `api.open.test:${port}`);
    expect(neighbour).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('is denied over plain http too, though the wildcard permits it', async () => {
    world.configure([wildcard(), { host: `b.open.test:${port}`, deny: true }]);
    const host = `b.open.test:${port}`;
    const { line } = await expectDenied(world, world.open, async () => talk(await dialProxy(world), `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`, wholeAnswer));
    expect(line.clause).toBe('routes[1].deny');
  });

  test('is denied at every port where none is written, and at any depth below a wildcard', async () => {
    world.configure([{ host: open, private_addresses: true }, { host: '*.open.test', deny: true }]);
    for (const host of ['b.open.test', 'x.y.open.test']) {
      const { line } = await expectDenied(world, world.open, async () => (await connectAnswer(world, `${host}:${port}`)).answer);
      expect(line.clause).toBe('routes[1].deny');
    }
    expect(await answered(get(open))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a wildcard\'s deny holds for an exact host below it', async () => {
    world.configure([{ host: `api.open.test:${port}`, private_addresses: true }, { ...wildcard(), deny: [{ paths: [{ value: '/admin' }] }] }]);
    const host = `api.open.test:${port}`;
    const { line } = await expectDenied(world, world.open, () => ask(world, host, get(host, '/admin/x')));
    expect(line.clause).toBe('routes[1].deny[0]');
  });
});

describe('while it runs', () => {
  test('a deny that is added ends the tunnels to the place', async () => {
    configure({});
    const tunnel = await openTunnel(world, open);
    expect(await talk(tunnel, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    const ended = talk(tunnel, '');
    world.configure([{ host: 'open.test', deny: true }]);
    expect(await ended).toBe('');
    const { line } = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
    expect(line.clause).toBe('routes[0].deny');
  });

  test('a deny of requests that is added ends the answer that is under way, and lets others go on', async () => {
    configure({});
    const more: (() => void)[] = [];
    world.open.handler = (request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 0\n\n');
      if (request.url?.endsWith('a') === true) more.push(() => void response.write('data: 1\n\n'));
    };
    const [denied, kept] = [await openTunnel(world, open), await openTunnel(world, open)];
    await talk(denied, get(open, '/stream?topic=b'), /data: 0/);
    await talk(kept, get(open, '/stream?topic=a'), /data: 0/);
    const ended = talk(denied, '');
    configure(but({ query: [{ name: 'topic', value: 'b' }] }));
    expect(await ended).not.toMatch(/0\r\n\r\n$/);
    more[0]?.();
    expect(await talk(kept, '', /data: 1/)).toContain('data: 1');
    kept.destroy();
  });

  test('the allowlist gives both keys back as they were written', async () => {
    const file = routesFileSchema.parse({
      log: 2,
      routes: [
        { host: '*.open.test', deny: true },
        { host: open, private_addresses: true, matches: [{ query: [] }, { query: [{ name: 'q', value: 'a b&c', type: 'exact' }, { name: 'r' }] }], deny: [{ methods: ['delete'], headers: [{ name: 'X-A', value: '.*', type: 'regex' }] }] },
      ],
    });
    world.configure(file.routes);
    const text = await talk(await dialProxy(world), get('_egress.local', 'http://_egress.local/allowlist'), wholeAnswer);
    expect(parseRoutesFile(text.slice(text.indexOf('\r\n\r\n') + 4))).toEqual({ ok: true, value: file });
  });
});

describe('a credential in the query', () => {
  const keyed = (rules: Rules): void => world.configure([{ host: `allow.test:${world.allow.port}`, auth_scheme: 'query:key', token_env: 'SLOT', private_addresses: true, ...rules }]);
  const allow = (): string => `allow.test:${world.allow.port}`;

  test('is put in after the judgement, so the agent need not bring it', async () => {
    keyed(query({ name: 'alt' }));
    expect(await ask(world, allow(), get(allow(), '/?alt=sse'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.allow.requests.at(-1)?.url).toBe(`/?alt=sse&key=${SECRET}`);
    expect(rawValues(world.allow.requests.at(-1)?.raw ?? [], 'authorization')).toEqual([]);
  });

  test.each(['key=forged', '%6bey=forged', 'KEY=forged', 'alt=sse;key=forged'])('%s of the agent\'s own is blocked where the parameter is not listed', async (text) => {
    keyed(query({ name: 'alt' }));
    const { line } = await expectDenied(world, world.allow, () => ask(world, allow(), get(allow(), `/?${text}`)));
    expect(line.clause).toBe('routes[0].matches');
  });

  test('of the agent\'s own is replaced where the parameter is listed', async () => {
    keyed(query({ name: 'alt' }, { name: 'key' }));
    expect(await ask(world, allow(), get(allow(), '/?key=forged&alt=sse'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.allow.requests.at(-1)?.url).toBe(`/?alt=sse&key=${SECRET}`);
  });

  test('of the agent\'s own is blocked where a deny names the parameter', async () => {
    keyed(but({ query: [{ name: 'key' }] }));
    await expectDenied(world, world.allow, () => ask(world, allow(), get(allow(), '/?key=forged')));
    expect(await ask(world, allow(), get(allow(), '/?alt=sse'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});
