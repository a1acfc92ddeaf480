import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { answerOk } from './upstream.ts';
import { ask, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

const KIB = 1024;

let world: World;
let open: string;

beforeAll(async () => {
  world = await startWorld({}, { mostHeld: 4 * 1024 * KIB });
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
  world.configure(usualRoutes(world));
});

const head = (framing: string): string => `POST /x HTTP/1.1\r\nHost: ${open}\r\n${framing}\r\n\r\n`;

/** An upload whose last byte is still to come. */
async function begun(framing: string, body: string): Promise<TLSSocket> {
  const secure = await openTunnel(world, open);
  secure.write(head(framing) + body);
  return secure;
}

test('bodies that wait for their end hold no more than the cap together; more are a 503 to retry, nothing unseen leaves, and room comes back', async () => {
  const size = 1000 * KIB;
  const bytes = world.open.bytes();
  const held: TLSSocket[] = [];
  for (let i = 0; i < 4; i++) held.push(await begun(`Content-Length: ${size}`, 'a'.repeat(size - 1)));
  const refused: string[] = [];
  for (let i = 0; i < 20; i++) refused.push(await ask(world, open, `${head(`Content-Length: ${size}`)}${'a'.repeat(size)}`));
  for (const answer of refused) expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nRetry-After: 1\r\n[\s\S]*"clause":"bodies"[\s\S]*"do_not_retry":false/);
  expect(world.open.bytes()).toBe(bytes);
  expect(world.log().filter(({ clause }) => clause === 'bodies').length).toBe(20);
  // What needs no room passes beside them.
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask(world, open, `${head('Content-Length: 5')}small`)).toMatch(/^HTTP\/1\.1 200 /);
  for (const secure of held) expect(await talk(secure, 'a', wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  for (const secure of held) secure.destroy();
  expect(await ask(world, open, `${head(`Content-Length: ${size}`)}${'a'.repeat(size)}`)).toMatch(/^HTTP\/1\.1 200 /);
});

test('a chunked body counts as the most it may hold; an agent that hangs up gives its room back', async () => {
  const held: TLSSocket[] = [];
  for (let i = 0; i < 4; i++) held.push(await begun('Transfer-Encoding: chunked', '5\r\nhello\r\n'));
  expect(await ask(world, open, `${head('Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 503 /);
  for (const secure of held) secure.destroy();
  await expect.poll(() => ask(world, open, `${head('Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
});

test('a body that has gone on holds nothing, however long its answer takes', async () => {
  const ends: (() => void)[] = [];
  world.open.handler = (request, response) => {
    request.resume();
    request.on('end', () => {
      response.write('thinking ');
      ends.push(() => void response.end('done'));
    });
  };
  const waiting: TLSSocket[] = [];
  for (let i = 0; i < 8; i++) {
    const secure = await openTunnel(world, open);
    await talk(secure, `${head(`Content-Length: ${900 * KIB}`)}${'a'.repeat(900 * KIB)}`, /thinking/);
    waiting.push(secure);
  }
  for (const end of ends) end();
  for (const secure of waiting) secure.destroy();
});

test('messages of WebSockets that wait for their end hold no more than the cap together; one more is closed, to try again later', async () => {
  world.configure(usualRoutes(world).map((route) => ({ ...route, websocket: true })));
  let got = 0;
  const server = new WebSocketServer({ noServer: true });
  world.open.upgrade = (request, socket, head) => server.handleUpgrade(request, socket, head, (far) => void far.on('message', (data: Buffer) => (got += data.length)).on('error', () => undefined));
  const joined = async (): Promise<WebSocket> => {
    const secure = await openTunnel(world, open);
    const client = new WebSocket(`ws://${open}/`, { createConnection: () => secure });
    client.on('error', () => undefined);
    await once(client, 'open');
    return client;
  };
  const part = Buffer.alloc(1500 * KIB, 'p');
  const clients = [await joined(), await joined(), await joined()];
  const closed = Promise.race(clients.map(async (client) => ({ client, status: (await once(client, 'close'))[0] as number })));
  for (const client of clients) client.send(part, { fin: false });
  const { client: one, status } = await closed;
  expect(status).toBe(1013);
  expect(got).toBe(0);
  for (const client of clients) if (client !== one) client.send('end');
  await expect.poll(() => got, { timeout: 10_000 }).toBe(2 * (part.length + 3));
  for (const client of [...clients, ...server.clients]) client.terminate();
  world.open.upgrade = undefined;
});

test('messages that wait for their end in an upstream hold no more than the cap either; one more is closed, and the room comes back', async () => {
  world.configure(usualRoutes(world).map((route) => ({ ...route, websocket: true })));
  const server = new WebSocketServer({ noServer: true });
  const part = Buffer.alloc(1500 * KIB, 'p');
  world.open.upgrade = (request, socket, head) => server.handleUpgrade(request, socket, head, (far) => far.on('error', () => undefined).send(part, { fin: false }));
  const clients: WebSocket[] = [];
  const closes: number[] = [];
  for (let i = 0; i < 6; i++) {
    const secure = await openTunnel(world, open);
    const client = new WebSocket(`ws://${open}/`, { createConnection: () => secure });
    client.on('error', () => undefined).on('close', (status) => closes.push(status));
    await once(client, 'open');
    clients.push(client);
  }
  await expect.poll(() => closes).toEqual([1013, 1013, 1013, 1013]);
  for (const client of [...clients, ...server.clients]) client.terminate();
  world.open.upgrade = undefined;
  const body = 'a'.repeat(1000 * KIB);
  await expect.poll(() => ask(world, open, `${head(`Content-Length: ${body.length}`)}${body}`)).toMatch(/^HTTP\/1\.1 200 /);
});

test('a body that does not come holds its room only as long as an agent may be silent; nothing of it was dialled, and it has its line', async () => {
  const own = await startWorld({ silence: 300 }, { mostHeld: 1024 * KIB });
  const place = `open.test:${own.open.port}`;
  own.configure([{ host: place, private_addresses: true }]);
  const post = (length: number, body: string): string => `POST /x HTTP/1.1\r\nHost: ${place}\r\nContent-Length: ${length}\r\n\r\n${body}`;
  for (const body of ['', 'its beginning']) {
    const secure = await openTunnel(own, place);
    const ended = talk(secure, post(1024 * KIB, body));
    expect(await ask(own, place, post(2, 'ab'))).toMatch(/^HTTP\/1\.1 503 /);
    expect(own.open.bytes()).toBe(0);
    expect(await ended).toBe('');
    await expect.poll(() => own.log().at(-1)).toMatchObject({ status: 0, reason: expect.stringContaining('hung up') });
  }
  expect(own.open.bytes()).toBe(0);
  expect(await ask(own, place, post(2, 'ab'))).toMatch(/^HTTP\/1\.1 200 /);
  await own.close();
});

test('a finding gives its room back too', async () => {
  world.configure(usualRoutes(world), { secrets: [{ kind: 'environment', name: 'KEY', value: 'c0rrect-h0rse-battery-9917', home: [] }] });
  for (let i = 0; i < 8; i++) {
    expect(await ask(world, open, `${head(`Content-Length: ${900 * KIB}`)}${'c0rrect-h0rse-battery-9917'.padEnd(900 * KIB)}`)).toMatch(/^HTTP\/1\.1 403 /);
  }
});
