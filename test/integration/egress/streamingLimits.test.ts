import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerOk, startUpstream } from './upstream.ts';
import { ask, connectAnswer, dialProxy, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

/** Short, so that a test need not wait; each is waited for, none is measured. */
const limits = { head: 400, sweep: 50, handshake: 400, connect: 400, silence: 600, farewell: 30_000 };

let world: World;
let open: string;

beforeAll(async () => {
  world = await startWorld(limits);
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
  world.configure(usualRoutes(world));
});

/** A head that never ends has been cut: the limit for heads has passed since the call. */
async function untilASlowHeadWasCut(): Promise<void> {
  const secure = await openTunnel(world, open);
  await talk(secure, 'GET / HTTP/1.1\r\nHost: ');
}

test('a head that does not end is cut, in a tunnel and outside, and nothing goes upstream', async () => {
  const bytes = world.open.bytes();
  await untilASlowHeadWasCut();
  expect(await talk(await dialProxy(world), `GET http://${open}/ HTTP/1.1\r\nX: `)).not.toMatch(/ 200 /);
  expect(await talk(await dialProxy(world), 'CONNECT ')).not.toMatch(/ 200 /);
  expect(world.open.bytes()).toBe(bytes);
});

test('a head that trickles in is cut all the same', async () => {
  const secure = await openTunnel(world, open);
  const trickle = setInterval(() => void secure.write('X: y\r\n'), 20);
  await talk(secure, `GET / HTTP/1.1\r\nHost: ${open}\r\n`);
  clearInterval(trickle);
});

test.each([['says nothing', ''], ['begins TLS and stops', '\x16\x03\x01'], ['sends half a TLS record', '\x16\x03\x01\x02\x00\x01\x00\x01']])('a tunnel that %s is closed with one line', async (_name, bytes) => {
  // Lines about a host are at most one a minute: a host of its own each.
  const host = `t${Buffer.from(bytes).toString('hex')}.test:${world.open.port}`;
  world.configure([{ host, private_addresses: true }]);
  const { line } = await expectDenied(world, world.open, async () => talk((await connectAnswer(world, host)).socket, bytes));
  expect(line.reason).toContain('in time');
});

test('an idle tunnel, a slow upload and a quiet event stream live longer than any head may take', async () => {
  const idle = await openTunnel(world, open);
  await talk(idle, get(open), wholeAnswer);
  const upload = await openTunnel(world, open);
  upload.write(`POST /slow HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 3\r\n\r\na`);
  await untilASlowHeadWasCut();
  expect(await talk(idle, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await talk(upload, 'bc', wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  expect(world.open.requests.at(-1)?.body).toBe('abc');
  idle.destroy();
  upload.destroy();
});

test('an upstream that never begins TLS, and one that never answers, are a 504', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined).resume());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const host = `open.test:${(silent.address() as AddressInfo).port}`;
  world.configure([{ host, private_addresses: true }, ...usualRoutes(world)]);
  expect(await ask(world, host, get(host))).toMatch(/^HTTP\/1\.1 504 [\s\S]*cannot be connected/);
  silent.close();
  world.open.handler = () => undefined;
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 504 [\s\S]*silent/);
  expect(world.log().at(-1)).toMatchObject({ status: 504, reason: expect.stringContaining('silent') });
});

test('an upstream that stops in the middle is cut short for the agent', async () => {
  world.open.handler = (_request, response) => void response.write('half');
  const secure = await openTunnel(world, open);
  const answer = await talk(secure, get(open));
  expect(answer).toContain('half');
  expect(answer).not.toMatch(/0\r\n\r\n$/);
});

test('at shutdown nothing new is taken, and what is in flight gets to end', async () => {
  const own = await startWorld(limits);
  const plain = await startUpstream(undefined);
  const host = `open.test:${plain.port}`;
  own.configure([{ host, private_addresses: true, plaintext: true }]);
  const finish: (() => void)[] = [];
  plain.handler = (_request, response) => {
    response.write('first ');
    finish.push(() => void response.end('last'));
  };
  const socket = await dialProxy(own);
  const answer = talk(socket, get(host, `http://${host}/`), /last/);
  await expect.poll(() => finish.length).toBe(1);
  const closed = own.proxy.close();
  await once(connect(own.socketPath), 'error');
  finish[0]?.();
  expect(await answer).toMatch(/first [\s\S]*last/);
  await closed;
  await plain.close();
  await own.close();
});
