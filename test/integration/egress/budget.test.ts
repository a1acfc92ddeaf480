import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Route } from '../../../schemas/policy/route.ts';
import { answerOk } from './upstream.ts';
import { ask, connectAnswer, dialProxy, expectDenied, get, openTunnel, startWorld, talk, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

const KIB = 1024;
const MINUTE = 60_000;

let world: World;
let open: string;
let route: Route;
/** What the proxy takes for the time; milliseconds. A test moves it. */
let now = 0;
let server: WebSocketServer;
/** Bytes of messages that reached the upstream. */
let messages: number;

beforeAll(async () => {
  world = await startWorld({}, { now: () => now });
  open = `open.test:${world.open.port}`;
  route = { host: open, private_addresses: true, budget: { sent: '100KiB', window: '10m' } };
  server = new WebSocketServer({ noServer: true });
  world.open.upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    server.handleUpgrade(request, socket, head, (far) => {
      far.on('message', (data: Buffer) => {
        messages += data.length;
        far.send('got it');
      });
      far.on('error', () => undefined);
    });
  };
});
afterAll(() => world.close());
beforeEach(() => {
  // All that was sent before is out of every window.
  now += 24 * 60 * MINUTE;
  messages = 0;
  world.open.handler = answerOk;
  world.configure([route]);
});
afterEach(async () => {
  for (const client of server.clients) client.terminate();
  world.configure([]);
  await expect.poll(() => world.open.sockets.size).toBe(0);
});

const post = (bytes: number, headers = ''): string => `POST /x HTTP/1.1\r\nHost: ${open}\r\n${headers}Content-Length: ${bytes}\r\n\r\n${'a'.repeat(bytes)}`;
const chunked = (sizes: readonly number[]): string => `POST /x HTTP/1.1\r\nHost: ${open}\r\nTransfer-Encoding: chunked\r\n\r\n${sizes.map((size) => `${size.toString(16)}\r\n${'b'.repeat(size)}\r\n`).join('')}0\r\n\r\n`;
const retryAfter = (answer: string): number => Number(/\r\nRetry-After: (\d+)\r\n/.exec(answer)?.[1]);

describe('a budget of what an agent sends to a route', () => {
  test('lets pass what fits; what would exceed it does not leave at all, and the denial says when it opens again; then it does', async () => {
    expect(await ask(world, open, post(60 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
    now += 4 * MINUTE;
    const { answer, line } = await expectDenied(world, world.open, () => ask(world, open, post(60 * KIB)));
    expect(answer).toMatch(/^HTTP\/1\.1 429 [\s\S]*"error":"blocked"[\s\S]*"clause":"routes\[0\]\.budget"[\s\S]*"do_not_retry":false/);
    expect(retryAfter(answer)).toBe(6 * 60);
    expect(answer).toContain('"retry_after_seconds":360');
    expect(line).toMatchObject({ clause: 'routes[0].budget', status: 429, host: 'open.test', method: 'POST', reason: expect.stringMatching(/^egress: .*100KiB sent in 10m.*360 s/) });
    now += 6 * MINUTE - 1;
    await expectDenied(world, world.open, () => ask(world, open, post(60 * KIB)));
    now += 1;
    expect(await ask(world, open, post(60 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('slides: what was sent first leaves the window first', async () => {
    for (const wait of [0, 3 * MINUTE, 3 * MINUTE]) {
      now += wait;
      expect(await ask(world, open, post(30 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
    }
    const early = await expectDenied(world, world.open, () => ask(world, open, post(30 * KIB)));
    expect(retryAfter(early.answer)).toBe(4 * 60);
    const twice = await expectDenied(world, world.open, () => ask(world, open, post(50 * KIB)));
    expect(retryAfter(twice.answer)).toBe(7 * 60);
    now += 4 * MINUTE;
    expect(await ask(world, open, post(30 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
    await expectDenied(world, world.open, () => ask(world, open, post(30 * KIB)));
  });

  test('counts heads too: many small requests spend it', async () => {
    const secure = await openTunnel(world, open);
    const filler = `X-Filler: ${'f'.repeat(4000)}\r\n`;
    const statuses: string[] = [];
    for (let i = 0; i < 30; i++) statuses.push((await talk(secure, get(open, '/', filler), wholeAnswer)).slice(9, 12));
    secure.destroy();
    const passed = statuses.filter((status) => status === '200').length;
    expect(statuses).toEqual([...Array.from({ length: passed }, () => '200'), ...Array.from({ length: 30 - passed }, () => '429')]);
    expect(passed).toBe(Math.floor((100 * KIB) / get(open, '/', filler).length));
  });

  test('refuses for good what is larger than all of it', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, post(101 * KIB)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"do_not_retry":true/);
    expect(retryAfter(answer)).toBeNaN();
  });

  test('asks nobody to send a body that will not fit (Expect: 100-continue)', async () => {
    await ask(world, open, post(60 * KIB));
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, `POST / HTTP/1.1\r\nHost: ${open}\r\nExpect: 100-continue\r\nContent-Length: ${60 * KIB}\r\n\r\n`));
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
  });

  test('of a chunked body that is held back lets nothing leave when the whole does not fit', async () => {
    const { answer, line } = await expectDenied(world, world.open, () => ask(world, open, chunked([40 * KIB, 40 * KIB, 40 * KIB])));
    expect(answer).toMatch(/^HTTP\/1\.1 (403|429) [\s\S]*routes\[0\]\.budget/);
    expect(line).toMatchObject({ clause: 'routes[0].budget' });
  });

  test('cuts a stream of unknown length where it exceeds', async () => {
    world.configure([{ ...route, budget: { sent: '2MiB', window: '10m' } }]);
    let got = 0;
    world.open.handler = (request, response) => {
      request.on('data', (chunk: Buffer) => (got += chunk.length));
      request.on('end', () => response.end('ok'));
    };
    const answer = await ask(world, open, chunked(Array.from({ length: 40 }, () => 100 * KIB)));
    expect(answer).toMatch(/^HTTP\/1\.1 429 [\s\S]*routes\[0\]\.budget/);
    await expect.poll(() => world.log().at(-1)).toMatchObject({ verdict: 'block', clause: 'routes[0].budget', reason: expect.stringContaining('blocked_mid_stream') });
    expect(got).toBeGreaterThan(0);
    expect(got).toBeLessThanOrEqual(2 * KIB * KIB);
  });

  test('is not spent by what was refused: a wrong path, a finding', async () => {
    world.configure([{ ...route, matches: [{ paths: [{ value: '/x' }] }] }], { secrets: [{ kind: 'environment', name: 'KEY', value: 'c0rrect-h0rse-battery-9917', home: [] }] });
    await expectDenied(world, world.open, () => ask(world, open, post(60 * KIB).replace('/x', '/y')));
    await expectDenied(world, world.open, () => ask(world, open, `POST /x HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${60 * KIB}\r\n\r\n${'c0rrect-h0rse-battery-9917'.padEnd(60 * KIB)}`));
    expect(await ask(world, open, post(60 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('outlives a change of routes, which may widen it', async () => {
    await ask(world, open, post(90 * KIB));
    world.configure([]);
    world.configure([{ ...route, matches: [{ methods: ['POST'] }] }]);
    await expectDenied(world, world.open, () => ask(world, open, post(20 * KIB)));
    world.configure([{ ...route, budget: { sent: '200KiB', window: '10m' } }]);
    expect(await ask(world, open, post(20 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('that is new or other ends at once what goes on sending, and leaves alone what only waits for its answer', async () => {
    const free: Route = { host: open, private_addresses: true, websocket: true };
    world.configure([free]);
    let answer = (): void => undefined;
    world.open.handler = (request, response) => {
      request.resume();
      if (request.url === '/slow') answer = () => void response.end('ok');
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    };
    const waiting = await openTunnel(world, open);
    await talk(waiting, get(open, '/slow'), /\r\n\r\n/);
    const upload = await openTunnel(world, open);
    // More than is held back, so that it is under way.
    await talk(upload, `POST /up HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${9000 * KIB}\r\n\r\n${'u'.repeat(4000 * KIB)}`, /\r\n\r\n/);
    const secure = await openTunnel(world, open);
    const client = new WebSocket(`ws://${open}/`, { createConnection: () => secure });
    client.on('error', () => undefined);
    await once(client, 'open');
    const lines = world.log().length;
    const ended = [client, upload].map((one) => new Promise((resolve) => void one.once('close', resolve)));
    world.configure([{ ...free, budget: { sent: '1KiB', window: '1h' } }]);
    await Promise.all(ended);
    await expect.poll(() => world.log().slice(lines).map(({ path }) => path).sort()).toEqual(['/', '/up']);
    answer();
    expect(await talk(waiting, '', /ok\r\n0\r\n\r\n$/)).toContain('ok');
    waiting.destroy();
  });

  test('is for its own route, all hosts of a wildcard together, over https and http', async () => {
    for (const name of ['a.wild.test', 'b.wild.test']) world.names.set(name, [{ address: '127.0.0.1', family: 4 }]);
    world.configure([{ ...route, host: `*.wild.test:${world.open.port}`, plaintext: true }, { ...route, budget: { sent: '1MiB', window: '1m' } }]);
    const plain = async (name: string, bytes: number): Promise<string> => {
      const host = `${name}:${world.open.port}`;
      return talk(await dialProxy(world), post(bytes).replace(open, host).replace('POST /x', `POST http://${host}/x`), wholeAnswer);
    };
    // The upstream speaks TLS, so that it fails; it was asked all the same.
    expect(await plain('a.wild.test', 60 * KIB)).toMatch(/^HTTP\/1\.1 502 /);
    const { answer } = await expectDenied(world, world.open, () => plain('b.wild.test', 60 * KIB));
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(await ask(world, open, post(60 * KIB))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('counts the messages of a WebSocket: the one that exceeds it does not leave, and both sides are closed', async () => {
    world.configure([{ ...route, websocket: true }]);
    const secure = await openTunnel(world, open);
    const client = new WebSocket(`ws://${open}/`, { createConnection: () => secure });
    client.on('error', () => undefined);
    await once(client, 'open');
    for (let i = 0; i < 4; i++) {
      client.send('m'.repeat(20 * KIB));
      await once(client, 'message');
    }
    client.send('m'.repeat(20 * KIB));
    const [status, why] = (await once(client, 'close')) as [number, Buffer];
    expect([status, why.toString()]).toEqual([1008, expect.stringContaining('budget')]);
    expect(messages).toBe(80 * KIB);
    await expect.poll(() => world.log().at(-1)).toMatchObject({ verdict: 'block', clause: 'routes[0].budget', status: 101 });
  });
});

describe('a budget where TLS passes unread', () => {
  beforeEach(() => world.configure([{ ...route, tls_passthrough: true }]));

  test('cuts the tunnel at its last byte; the next CONNECT is told in JSON when there is room, and passes then', async () => {
    const before = world.open.bytes();
    const secure = await openTunnel(world, open, { ca: world.open.caPem });
    await talk(secure, post(200 * KIB), wholeAnswer);
    await expect.poll(() => world.log().at(-1)).toMatchObject({ verdict: 'block', method: 'CONNECT', clause: 'routes[0].budget', bytesUp: 100 * KIB });
    await expect.poll(() => world.open.sockets.size).toBe(0);
    expect(world.open.bytes() - before).toBe(100 * KIB);
    now += 9 * MINUTE;
    const { answer } = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
    expect(answer).toMatch(/^HTTP\/1\.1 429 [\s\S]*"clause":"routes\[0\]\.budget"/);
    expect(retryAfter(answer)).toBe(60);
    now += MINUTE;
    const again = await openTunnel(world, open, { ca: world.open.caPem });
    expect(await talk(again, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    again.destroy();
  });

  test('lets not even a ClientHello leave that does not fit', async () => {
    world.configure([{ ...route, tls_passthrough: true, budget: { sent: '1KiB', window: '10m' } }]);
    const { line } = await expectDenied(world, world.open, async () => {
      const filler = Array.from({ length: 8 }, (_, i) => `${i}${'x'.repeat(250)}`);
      await openTunnel(world, open, { ca: world.open.caPem, ALPNProtocols: filler }).catch(() => undefined);
      return '';
    });
    expect(line).toMatchObject({ clause: 'routes[0].budget', bytesUp: 0 });
  });
});
