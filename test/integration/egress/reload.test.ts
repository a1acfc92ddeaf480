import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseRoutesFile, printRoutesFile, routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { withRoutes } from '../../../sidecars/egress/live.ts';
import { answerOk } from './upstream.ts';
import { ask, connectAnswer, dialProxy, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
  world.configure(usualRoutes(world));
});

const live = () => {
  if (world.proxy.live === undefined) throw new Error('not configured');
  return world.proxy.live;
};
const allowlist = async (): Promise<string> => {
  const text = await talk(await dialProxy(world), get('_egress.local', 'http://_egress.local/allowlist'), wholeAnswer);
  return text.slice(text.indexOf('\r\n\r\n') + 4);
};

test('from no routes at all a later one works without a restart', async () => {
  world.configure([]);
  const { answer } = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  world.proxy.become(withRoutes(live(), routesFileSchema.parse({ log: 2, routes: usualRoutes(world).slice(1) }), undefined));
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test('a bad change leaves the last good policy, in whole', async () => {
  const stolen: Route[] = [{ host: open, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT' }, { host: 'new.test' }];
  expect(() => world.proxy.become(withRoutes(live(), routesFileSchema.parse({ routes: stolen }), undefined))).toThrow(/SLOT/);
  expect(JSON.parse(await allowlist())).toMatchObject({ routes: usualRoutes(world) });
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  await expectDenied(world, world.open, async () => (await connectAnswer(world, 'new.test:443')).answer);
});

test('an added route is there for the next request of an open tunnel', async () => {
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/a' }] }] }]);
  const secure = await openTunnel(world, open);
  expect(await talk(secure, get(open, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 403 /);
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/a' }] }, { paths: [{ value: '/b' }] }] }]);
  expect(await talk(secure, get(open, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  secure.destroy();
});

test('a download and an event stream whose route is narrowed away end at once, on both sides, and say so', async () => {
  let cut = 0;
  world.open.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 0\n\n');
    response.on('close', () => cut++);
  };
  const secure = await openTunnel(world, open);
  await talk(secure, get(open, '/stream'), /data: 0/);
  const ended = talk(secure, '');
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/other' }] }] }]);
  expect(await ended).not.toMatch(/0\r\n\r\n$/);
  await expect.poll(() => cut).toBe(1);
  await expect.poll(() => world.log().at(-1)).toMatchObject({ path: '/stream', verdict: 'allow', reason: expect.stringContaining('taken away') });
});

test('what is still allowed goes on across a reload', async () => {
  const events: ((text: string) => void)[] = [];
  world.open.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 0\n\n');
    events.push((text) => void response.write(text));
  };
  const secure = await openTunnel(world, open);
  await talk(secure, get(open, '/stream'), /data: 0/);
  world.configure([...usualRoutes(world), { host: 'new.test' }]);
  events[0]?.('data: 1\n\n');
  await talk(secure, '', /data: 1/);
  secure.destroy();
});

test('kept upstream connections of a removed host are closed', async () => {
  await ask(world, open, get(open));
  await expect.poll(() => world.open.sockets.size).toBeGreaterThan(0);
  world.configure(usualRoutes(world).slice(0, 1));
  await expect.poll(() => world.open.sockets.size).toBe(0);
});

test('a route that lost private_addresses does not use the connection it made with it', async () => {
  await ask(world, open, get(open));
  world.configure([{ host: open }]);
  const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open)));
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

test('a scanner that breaks refuses, lives on, and does not show what it broke on', async () => {
  const whole = live();
  const tunnel = await openTunnel(world, open);
  const broken = (): never => {
    throw new Error('broke on hunter2-hunter2');
  };
  world.proxy.become({ ...whole, scanner: { ...whole.scanner, head: broken } });
  const connect = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
  const head = await expectDenied(world, world.open, () => talk(tunnel, get(open), wholeAnswer));
  tunnel.destroy();
  expect(connect.answer).toMatch(/^HTTP\/1\.1 500 /);
  expect(head.answer).toMatch(/^HTTP\/1\.1 500 /);
  world.proxy.become({ ...whole, scanner: { ...whole.scanner, body: () => ({ push: () => Promise.reject(new Error('broke on hunter2-hunter2')), end: broken, abandon: () => undefined }) } });
  const bytes = world.open.bytes();
  const body = await ask(world, open, `POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 1\r\n\r\na`);
  expect(body).toMatch(/^HTTP\/1\.1 403 [\s\S]*could not be looked through/);
  expect(world.open.bytes()).toBe(bytes);
  expect(connect.answer + head.answer + body + JSON.stringify(world.log())).not.toContain('hunter2');
  world.proxy.become(whole);
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test('the allowlist is the routes file: read back and printed it is the same, every key and the log level included', async () => {
  const file = routesFileSchema.parse({
    log: 1,
    routes: [
      { host: `allow.test:${world.allow.port}`, auth_scheme: 'Bearer', token_env: 'SLOT', private_addresses: true, websocket: true },
      { host: '*.wild.test', matches: [{ paths: [{ type: 'regex', value: '/v[0-9]+/.*' }, { value: '/a b'.replace(' ', '%20') }], methods: ['GET'], headers: [{ name: 'accept', value: 'x' }] }], encoded_slash: true },
      { host: 'xn--mnchen-3ya.test', git: { fetch: true }, dlp: { outbound_detectors: ['known_secrets'], inbound_detectors: false, inbound_action: 'warn' }, plaintext: true },
      { host: '[2001:db8::1]:8443', private_addresses: true },
    ],
  });
  world.proxy.become(withRoutes(live(), file, undefined));
  const text = await allowlist();
  const parsed = parseRoutesFile(text);
  expect(parsed).toEqual({ ok: true, value: file });
  expect(parsed.ok && printRoutesFile(parsed.value)).toBe(printRoutesFile(file));
  expect(text).not.toContain('real-credential');
  world.proxy.become(withRoutes(live(), routesFileSchema.parse(JSON.parse(text)), undefined));
  expect(await allowlist()).toBe(text);
});

test('a download from a private address ends when the route may not go to such any more', async () => {
  world.open.handler = (_request, response) => void response.write('the beginning');
  const secure = await openTunnel(world, open);
  const answer = talk(secure, get(open, '/long'));
  await expect.poll(() => world.open.sockets.size).toBe(1);
  world.configure([{ host: open }]);
  expect(await answer).not.toMatch(/0\r\n\r\n$/);
  await expect.poll(() => world.open.sockets.size).toBe(0);
  await expect.poll(() => world.log().at(-1)?.reason).toContain('what allowed it was taken away');
});

test('a WebSocket ends when its route gets other detectors; a download goes on', async () => {
  const plain = usualRoutes(world).map((route) => ({ ...route, websocket: true }));
  world.configure(plain.map((route) => ({ ...route, dlp: { outbound_detectors: false as const } })));
  world.open.upgrade = (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  };
  let rest: ServerResponse | undefined;
  world.open.handler = (_request, response) => {
    response.write('the beginning');
    rest = response;
  };
  const [talking, loading] = [await openTunnel(world, open), await openTunnel(world, open)];
  await talk(talking, get(open, '/ws', `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16, 1).toString('base64')}\r\n`), /101 [^]*\r\n\r\n/);
  const answer = talk(loading, get(open, '/long'), /0\r\n\r\n$/);
  await expect.poll(() => rest).toBeDefined();
  const closed = once(talking.resume(), 'end');
  world.configure(plain);
  await closed;
  rest?.end();
  expect(await answer).toMatch(/the beginning[^]*0\r\n\r\n$/);
  loading.destroy();
  world.open.upgrade = undefined;
});
