import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Route } from '../../../schemas/policy/route.ts';
import { madeHello, serverName } from './clientHello.ts';
import { begin, end, startUnread, toUpstream as dialUpstream } from './unread.ts';
import type { UnreadWorld } from './unread.ts';
import { ask, connectAnswer, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let unreadWorld: UnreadWorld;
let world: World;
let open: string;
let unread: Route;

/** Short, so that a test need not wait; each is waited for, none is measured. */
const limits = { silence: 800, goodbye: 200 };

beforeAll(async () => {
  unreadWorld = await startUnread(limits);
  ({ world, open, unread } = unreadWorld);
});
afterAll(() => world.close());
beforeEach(() => begin(unreadWorld));
afterEach(() => end(unreadWorld));

const toUpstream = (options = {}): Promise<TLSSocket> => dialUpstream(unreadWorld, options);
const lastLine = () => world.log().at(-1);

describe('an upstream that takes nothing more does not keep', () => {
  /** A tunnel whose upstream stopped reading in the middle of an upload. */
  async function stuck(): Promise<TLSSocket> {
    let begun = false;
    world.open.handler = (request) => {
      begun = true;
      request.pause();
    };
    const secure = await toUpstream();
    secure.write(`POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${1024 ** 3}\r\n\r\n`);
    await expect.poll(() => begun).toBe(true);
    for (const socket of world.open.sockets) socket.pause();
    secure.write(Buffer.alloc(16 * 1024 * 1024));
    let before = -1;
    await expect.poll(() => {
      const still = before === secure.bytesWritten && secure.writableLength > 0;
      before = secure.bytesWritten;
      return still;
    }).toBe(true);
    return secure;
  }

  test.each([
    ['withdrawn routes', () => world.configure([]), 'taken away'],
    ['the limit on silence', () => undefined, 'neither side said anything'],
  ])('a tunnel open over %s: it has its line', async (_name, act, reason) => {
    const lines = world.log().length;
    const secure = await stuck();
    act();
    await expect.poll(() => world.log().length).toBe(lines + 1);
    expect(lastLine()).toMatchObject({ verdict: 'allow', reason: expect.stringContaining(reason) });
    for (const socket of world.open.sockets) socket.destroy();
    secure.destroy();
  });

  test('a tunnel open whose agent hung up', async () => {
    const lines = world.log().length;
    const secure = await stuck();
    secure.destroy();
    await expect.poll(() => world.log().length).toBe(lines + 1);
    for (const socket of world.open.sockets) socket.destroy();
  });
});

describe('new routes', () => {
  test.each([
    ['its route is gone', (): Route[] => []],
    ['its route is read from now on', (): Route[] => [{ host: open, private_addresses: true }]],
    ['its route lost private_addresses', (): Route[] => [{ host: open, tls_passthrough: true }]],
    ['its place is denied', (): Route[] => [{ host: open, deny: true }]],
    ['its route got a budget', (): Route[] => [{ ...unread, budget: { sent: '1KiB', window: '1h' } }]],
  ])('end an unread tunnel at once when %s, on both sides, and its line says so', async (_name, routes) => {
    const secure = await toUpstream();
    await talk(secure, get(open), wholeAnswer);
    const ended = talk(secure, '');
    world.configure(routes());
    await ended;
    await expect.poll(() => world.open.sockets.size).toBe(0);
    await expect.poll(lastLine).toMatchObject({ verdict: 'allow', reason: expect.stringContaining('what allowed it was taken away') });
  });

  test('leave it alone when nothing of it changed', async () => {
    const secure = await toUpstream();
    world.configure([...usualRoutes(world).slice(0, 1), unread]);
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
  });

  test('end a tunnel that was read when its place passes unread from now on', async () => {
    world.configure(usualRoutes(world));
    const read = await openTunnel(world, open);
    await talk(read, get(open), wholeAnswer);
    const ended = talk(read, '');
    world.configure([unread]);
    await ended;
    world.configure(usualRoutes(world));
    expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test('a canary in the ClientHello closes the egress, and with it every tunnel whose inside nobody sees', async () => {
  const own = await startWorld();
  const host = `open.test:${own.open.port}`;
  const bait = 'bait-9f2c7e41b8d05a63';
  own.configure([{ host, private_addresses: true, tls_passthrough: true }], { secrets: [{ kind: 'canary', name: 'AWS_KEY', value: bait, home: [] }] });
  const secure = await openTunnel(own, host, { ca: own.open.caPem });
  await talk(secure, get(host), wholeAnswer);
  const ended = talk(secure, '');
  const bytes = own.open.bytes();
  const { socket } = await connectAnswer(own, host);
  await talk(socket, madeHello([serverName(`${bait}.test`)]).toString('latin1'));
  await ended;
  expect(own.open.bytes()).toBe(bytes);
  expect(own.proxy.incidents.current).toMatchObject({ host: 'open.test', method: 'CONNECT' });
  expect(own.log().some((line) => line.event === 'incident' && !JSON.stringify(line).includes(bait))).toBe(true);
  const after = await connectAnswer(own, host);
  expect(after.answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"incident"/);
  after.socket.destroy();
  await own.close();
});
