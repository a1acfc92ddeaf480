import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startNetworkProxy } from './networkProxy.ts';
import { answerOk } from './upstream.ts';
import { ask, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

const BAIT = 'canary-tok-7h2k9q4z8x1m5n3b6v0c';
const secrets = [{ kind: 'canary' as const, name: 'BAIT_KEY', value: BAIT, home: [] }];

let world: World;
let open: string;

beforeEach(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
  world.configure(usualRoutes(world), { secrets });
});
afterEach(() => world.close());

/** The canary is seen on its way to another host, and the egress closes. */
async function sight(): Promise<void> {
  const allow = `allow.test:${world.allow.port}`;
  expect(await ask(world, allow, get(allow, '/', `X-A: ${BAIT}\r\n`))).toMatch(/^HTTP\/1\.1 403 [^]*"clause":"incident"/);
}

describe('once a canary was seen, nothing of what was under way leaves:', () => {
  test.each([
    ['a body with a length that is held', 'Content-Length: 20', '0123456789', '0123456789'],
    ['a chunked body that is held', 'Transfer-Encoding: chunked', '5\r\nhello\r\n', '5\r\nworld\r\n0\r\n\r\n'],
  ])('%s', async (_name, framing, part, rest) => {
    const secure = await openTunnel(world, open);
    await talk(secure, `POST /held HTTP/1.1\r\nHost: ${open}\r\nExpect: 100-continue\r\n${framing}\r\n\r\n`, /100 Continue\r\n\r\n/);
    const bytes = world.open.bytes();
    const answer = talk(secure, part, wholeAnswer);
    await sight();
    secure.write(rest, 'latin1');
    expect(await answer).toMatch(/^HTTP\/1\.1 403 [^]*"clause":"incident"/);
    secure.destroy();
    expect(world.open.bytes()).toBe(bytes);
    await expect.poll(() => world.log().find(({ path }) => path === '/held')).toMatchObject({ verdict: 'block', clause: 'incident', status: 403 });
  });

  test('a request without an answer is not sent a second time', async () => {
    const secure = await openTunnel(world, open);
    await talk(secure, get(open, '/first'), wholeAnswer);
    world.open.handler = () => undefined;
    secure.write(get(open, '/slow'));
    await expect.poll(() => world.open.requests.map(({ url }) => url)).toEqual(['/first', '/slow']);
    await sight();
    await expect.poll(() => world.log().find(({ path }) => path === '/slow')).toMatchObject({ clause: expect.any(String) });
    expect(world.open.requests.map(({ url }) => url)).toEqual(['/first', '/slow']);
    expect(world.open.connections()).toBe(1);
    secure.destroy();
  });

  test('a request for which the network\'s own proxy still dials', async () => {
    const network = await startNetworkProxy();
    let dial = (): void => undefined;
    network.patience = new Promise((resolve) => (dial = resolve));
    const url = `http://127.0.0.1:${network.port}`;
    world.configure(usualRoutes(world), { secrets, upstreamProxy: { https: url, http: url, noProxy: 'allow.test' } });
    const secure = await openTunnel(world, open);
    const answer = talk(secure, get(open, '/leak'), wholeAnswer);
    await expect.poll(() => network.asked.length).toBe(1);
    await sight();
    dial();
    expect(await answer).toMatch(/^HTTP\/1\.1 403 [^]*"clause":"incident"/);
    secure.destroy();
    await expect.poll(() => world.log().find(({ path }) => path === '/leak')).toMatchObject({ verdict: 'block', clause: 'incident' });
    await network.close();
    expect(world.open.bytes()).toBe(0);
  });

  test('a download, which is cut', async () => {
    world.open.handler = (_request, response) => void response.write('the beginning');
    const secure = await openTunnel(world, open);
    const answer = talk(secure, get(open, '/long'));
    await expect.poll(() => world.open.requests.length).toBe(1);
    await sight();
    expect(await answer).not.toMatch(/0\r\n\r\n$/);
    await expect.poll(() => world.open.sockets.size).toBe(0);
  });
});

test('a canary in an answer is no incident: it has not left, and the next request passes', async () => {
  world.configure(usualRoutes(world).map((route) => ({ ...route, dlp: { inbound_action: 'block' as const } })), { secrets });
  world.open.handler = (_request, response) => void response.end(`hello ${BAIT}`);
  expect(await ask(world, open, get(open, '/answer'))).toMatch(/^HTTP\/1\.1 403 /);
  await expect.poll(() => world.log().length).toBe(1);
  expect(world.log()[0]).toMatchObject({ verdict: 'block', clause: 'dlp' });
  expect(world.log()[0]).not.toHaveProperty('event');
  world.open.handler = answerOk;
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(existsSync(join(world.folder, 'incident.json'))).toBe(false);
});
