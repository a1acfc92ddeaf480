import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { leafMinter } from '../../../sidecars/egress/leaf.ts';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, get, here, startWorld } from './world.ts';
import type { World } from './world.ts';

const KIB = 1024;
const budget = { sent: '100KiB', window: '1h' };

let world: World;
let allow: string;
/** What the proxy takes for the time; milliseconds. */
let now = 0;

beforeAll(async () => {
  world = await startWorld({}, { now: () => now });
  allow = `allow.test:${world.allow.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  now += 24 * 60 * 60_000;
  world.allow.handler = answerOk;
  world.names.set('allow.test', here);
});

const post = (host: string, bytes: number): string => `POST /x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${bytes}\r\n\r\n${'a'.repeat(bytes)}`;

/** An upstream of a believed authority that takes nobody without a certificate; tells the bytes that reached it. */
async function demanding(version: SecureVersion): Promise<{ readonly host: string; readonly bytes: () => number; readonly close: () => void }> {
  const ca = createAuthority('demanding');
  const server = createServer({ requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version, SNICallback: (_name, done) => done(null, leafMinter(ca)({ host: 'allow.test', port: 443, kind: 'name' })) });
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `allow.test:${(server.address() as AddressInfo).port}`;
  world.configure([{ host, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT', budget }], { extraCaPem: ca.certPem });
  return { host, bytes: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0), close: () => void server.close() };
}

test('an upstream that refuses us only after it had the request got it: the budget is spent, the credential is gone, and nobody says that nothing was sent', async () => {
  const { host, bytes, close } = await demanding('TLSv1.3');
  const answer = await ask(world, host, post(host, 60 * KIB));
  expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*"clause":"upstream"/);
  expect(answer).not.toContain('Nothing was sent');
  expect(world.log().at(-1)).toMatchObject({ verdict: 'allow', clause: 'routes[0]', status: 502, injected: true });
  const before = bytes();
  for (let i = 0; i < 3; i++) expect(await ask(world, host, post(host, 60 * KIB))).toMatch(/^HTTP\/1\.1 429 /);
  expect(bytes()).toBe(before);
  expect(bytes()).toBeLessThan(80 * KIB);
  close();
});

test('one that refuses us in the handshake got nothing, and costs nothing', async () => {
  const { host, bytes, close } = await demanding('TLSv1.2');
  for (let i = 0; i < 3; i++) {
    expect(await ask(world, host, post(host, 60 * KIB))).toMatch(/^HTTP\/1\.1 502 [\s\S]*"clause":"upstream"/);
    expect(world.log().at(-1)).toMatchObject({ verdict: 'allow', injected: false });
  }
  expect(bytes()).toBeLessThan(10 * KIB);
  close();
});

test('an upstream that is not who it should be got nothing, and costs nothing', async () => {
  world.configure([{ host: allow, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT', budget }], { extraCaPem: world.open.caPem });
  const [requests, bytes] = [world.allow.requests.length, world.allow.bytes()];
  for (let i = 0; i < 3; i++) {
    expect(await ask(world, allow, post(allow, 60 * KIB))).toMatch(/^HTTP\/1\.1 502 [\s\S]*"clause":"certificate"[\s\S]*Nothing was sent/);
    expect(world.log().at(-1)).toMatchObject({ verdict: 'block', clause: 'certificate', injected: false });
  }
  expect(world.allow.requests.length).toBe(requests);
  expect(world.allow.bytes() - bytes).toBeLessThan(10 * KIB);
});

test('a second attempt that the address rule stops does not undo the first, which had the credential', async () => {
  world.configure([{ host: allow, private_addresses: true, auth_scheme: 'Bearer', token_env: 'SLOT' }]);
  const seen: string[] = [];
  world.allow.handler = (request, response) => {
    if (request.url !== '/two') return answerOk(request, response);
    seen.push(...rawValues(request.rawHeaders, 'authorization'));
    world.names.set('allow.test', [{ address: '169.254.169.254', family: 4 }]);
    request.socket.destroy();
  };
  expect(await ask(world, allow, get(allow, '/one'))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask(world, allow, get(allow, '/two'))).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"address"/);
  expect(seen).toEqual([`Bearer ${SECRET}`]);
  expect(world.log().at(-1)).toMatchObject({ path: '/two', verdict: 'allow', clause: 'routes[0]', status: 403, injected: true, reason: expect.stringContaining('169.254.169.254') });
});

test('a request that goes out twice is charged twice', async () => {
  world.configure([{ host: allow, private_addresses: true, budget }]);
  const served = new WeakSet<IncomingMessage['socket']>();
  let got = 0;
  world.allow.handler = (request, response) => {
    got += rawValues(request.rawHeaders, 'x-filler').join('').length;
    if (served.has(request.socket)) return void request.socket.destroy();
    served.add(request.socket);
    answerOk(request, response);
  };
  const statuses: string[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await ask(world, allow, get(allow, '/k', `X-Filler: ${'f'.repeat(12_000)}\r\n`))).slice(9, 12));
  expect(statuses.slice(0, 4)).toEqual(['200', '200', '200', '200']);
  expect(statuses.slice(-4)).toEqual(['429', '429', '429', '429']);
  expect(got).toBeGreaterThan(5 * 12_000);
  expect(got).toBeLessThanOrEqual(100 * KIB);
  expect(world.log().at(-1)).toMatchObject({ verdict: 'block', clause: 'routes[0].budget' });
});
