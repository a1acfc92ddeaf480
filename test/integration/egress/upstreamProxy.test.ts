import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startNetworkProxy } from './networkProxy.ts';
import type { NetworkProxy } from './networkProxy.ts';
import { rawValues, startUpstream } from './upstream.ts';
import { ask, dialProxy, expectDenied, get, here, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let network: NetworkProxy;
let open: string;

const url = (user = ''): string => `http://${user}127.0.0.1:${network.port}`;
const through = (noProxy?: string, user = ''): { readonly upstreamProxy: { readonly https: string; readonly http: string; readonly noProxy?: string } } => ({
  upstreamProxy: { https: url(user), http: url(user), ...(noProxy === undefined ? {} : { noProxy }) },
});

beforeAll(async () => {
  world = await startWorld();
  network = await startNetworkProxy();
  open = `open.test:${world.open.port}`;
});
afterAll(async () => {
  await world.close();
  await network.close();
});
beforeEach(() => {
  world.names.set('open.test', here);
  network.asked.length = 0;
  network.status = 200;
});

test('https goes through a CONNECT of the network\'s proxy, with its password and without the agent\'s', async () => {
  world.configure(usualRoutes(world), through(undefined, 'me:pass%20word@'));
  const before = world.open.requests.length;
  expect(await ask(world, open, get(open, '/x', 'Proxy-Authorization: Basic Zm9yZ2Vk\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
  expect(network.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([`CONNECT ${open}`]);
  expect(rawValues(network.asked[0]?.raw ?? [], 'proxy-authorization')).toEqual([`Basic ${Buffer.from('me:pass word').toString('base64')}`]);
  expect(world.open.requests.slice(before).map((request) => request.url)).toEqual(['/x']);
  expect(world.open.requests[before]?.raw.join(' ')).not.toMatch(/Zm9yZ2Vk|proxy-authorization/i);
});

test('the origin\'s certificate is verified through it: a proxy that answers itself gets no byte of the request', async () => {
  world.configure(usualRoutes(world), { ...through(), extraCaPem: world.allow.caPem });
  const before = world.open.requests.length;
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 502 [\s\S]*certificate/);
  expect(world.open.requests.length).toBe(before);
});

test('an unlisted host is refused before the proxy hears of it', async () => {
  world.configure(usualRoutes(world), through());
  await expectDenied(world, world.open, async () => talk(await dialProxy(world), 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n'));
  expect(network.asked).toEqual([]);
});

test('a name that we see at a refused address is refused, one that only the proxy knows is left to it', async () => {
  world.configure(usualRoutes(world), through());
  world.names.set('open.test', [{ address: '169.254.169.254', family: 4 }]);
  await expectDenied(world, world.open, () => ask(world, open, get(open)));
  expect(network.asked).toEqual([]);
  world.names.delete('open.test');
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test.each(['open.test', '.test', 'open.test:PORT', '*', 'x, open.test'])('NO_PROXY=%s dials directly', async (entry) => {
  world.configure(usualRoutes(world), through(entry.replace('PORT', String(world.open.port))));
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(network.asked).toEqual([]);
});

test.each(['pen.test', 'open.test:1', '10.0.0.0/8'])('NO_PROXY=%s does not fit open.test', async (entry) => {
  world.configure(usualRoutes(world), through(entry));
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(network.asked).toHaveLength(1);
});

test('loopback is never asked of the network\'s proxy', async () => {
  const plain = await startUpstream(undefined);
  const host = `127.0.0.1:${plain.port}`;
  world.configure([{ host, private_addresses: true, plaintext: true }], through());
  expect(await talk(await dialProxy(world), get(host, `http://${host}/`), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  expect(network.asked).toEqual([]);
  await plain.close();
});

test('plain http is asked in absolute form, after the address check', async () => {
  const host = 'open.test:8080';
  world.configure([{ host, private_addresses: true, plaintext: true }], through());
  expect(await talk(await dialProxy(world), get(host, `http://${host}/a?b`), wholeAnswer)).toMatch(/through the proxy/);
  expect(network.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([`GET http://${host}/a?b`]);
  world.configure([{ host, plaintext: true }], through());
  expect(await talk(await dialProxy(world), get(host, `http://${host}/a`), wholeAnswer)).toMatch(/^HTTP\/1\.1 403 /);
  expect(network.asked).toHaveLength(1);
});

test('its refusal is a 502 that names it and never its password', async () => {
  network.status = 407;
  world.configure(usualRoutes(world), through(undefined, 'me:pass-word-123@'));
  const answer = await ask(world, open, get(open));
  expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*network's own proxy answered 407/);
  expect(answer + JSON.stringify(world.log())).not.toContain('pass-word-123');
});

test('a setting that is no proxy is refused when configuring, without showing it', () => {
  expect(() => world.configure(usualRoutes(world), { upstreamProxy: { https: 'socks5://me:pass-word-123@x:1' } })).toThrow(/^(?!.*pass-word)HTTPS_PROXY/);
});
