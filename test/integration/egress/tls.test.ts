import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect as tlsConnect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { leafMinter } from '../../../sidecars/egress/leaf.ts';
import { answerOk } from './upstream.ts';
import { ask, connectAnswer, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;
let allow: string;

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
  allow = `allow.test:${world.allow.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
  world.configure(usualRoutes(world));
});

/** Puts what is written into segments of `size` bytes. */
function inSegments(socket: Socket, size: number): Duplex {
  socket.setNoDelay(true);
  const cut = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += size) socket.write(chunk.subarray(at, at + size));
      done();
    },
    final: (done) => void socket.end(done),
  });
  socket.on('data', (data: Buffer) => cut.push(data));
  socket.on('end', () => cut.push(null));
  return cut;
}

describe('a ClientHello', () => {
  test('in segments of one byte is answered', async () => {
    const { socket } = await connectAnswer(world, open);
    const secure = tlsConnect({ socket: inSegments(socket, 1), servername: 'open.test', ca: world.caPem });
    await once(secure, 'secureConnect');
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
  });

  test('of 17 kB, over two records, is answered', async () => {
    const filler = Array.from({ length: 68 }, (_, i) => `${String(i).padStart(3, '0')}${'x'.repeat(247)}`);
    const secure = await openTunnel(world, open, { ALPNProtocols: [...filler, 'http/1.1'] });
    expect(secure.alpnProtocol).toBe('http/1.1');
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
  });

  test('with the name in capitals is for the same place, and one with a port or a path in it for none', async () => {
    const secure = await openTunnel(world, open, { servername: 'OPEN.Test', checkServerIdentity: () => undefined });
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
    const [first, ...others] = ['open.test:443', 'open.test/x', 'xopen.test', 'test'].map((servername) => async () => {
      const { socket } = await connectAnswer(world, open);
      await once(tlsConnect({ socket, servername, ca: world.caPem }), 'error');
      return '';
    });
    await expectDenied(world, world.open, first as () => Promise<string>);
    // A further line about one host within a minute is left out.
    const before = [world.open.bytes(), world.log().length];
    for (const act of others) await act();
    expect([world.open.bytes(), world.log().length]).toEqual(before);
  });

  test.each([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['another authority', { ca: createAuthority('another bottle').certPem }],
  ] as const)('of a client with %s goes nowhere', async (_name, options) => {
    const bytes = world.allow.bytes();
    const { socket } = await connectAnswer(world, allow);
    const secure = tlsConnect({ socket, servername: 'allow.test', ca: world.caPem, ...options });
    await once(secure, 'error');
    expect(world.allow.bytes()).toBe(bytes);
  });

  test.each([['\x16\x03\x01\x00\x05hello'], ['\x16\xff\xff\xff\xff' + 'x'.repeat(300)], ['\x16\x03\x03\x00\x00']])('that is none (%j) ends the tunnel, and nothing goes upstream', async (bytes) => {
    const before = world.open.bytes();
    const { socket } = await connectAnswer(world, open);
    socket.write(bytes, 'latin1');
    socket.end();
    await once(socket.resume(), 'close');
    expect(world.open.bytes()).toBe(before);
  });
});

test('no certificate is made for a place that is not listed, and one only for one that is', async () => {
  const { live } = world.proxy;
  if (live === undefined) throw new Error('not configured');
  const minted: string[] = [];
  world.proxy.become({ ...live, leafFor: (authority) => (minted.push(authority.host), live.leafFor(authority)) });
  for (const authority of ['evil.test:443', 'open.test:1', `sub.${open}`, '127.0.0.1:443']) (await connectAnswer(world, authority)).socket.destroy();
  expect(minted).toEqual([]);
  await ask(world, open, get(open));
  expect(minted).toEqual(['open.test']);
});

test('a session resumed from another host\'s tunnel skips no check', async () => {
  const first = await openTunnel(world, open);
  const session = once(first, 'session') as Promise<[Buffer]>;
  await talk(first, get(open), wholeAnswer);
  const [ticket] = await session;
  first.destroy();
  const { answer } = await expectDenied(world, world.allow, async () => {
    const secure = await openTunnel(world, allow, { session: ticket });
    return talk(secure, get(open), wholeAnswer);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  world.configure(usualRoutes(world).slice(0, 1));
  await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
});

test('an upstream that asks for a client certificate gets none', async () => {
  const ca = createAuthority('asks');
  const shown: boolean[] = [];
  const server = createServer({ requestCert: true, rejectUnauthorized: false, SNICallback: (_name, done) => done(null, leafMinter(ca)({ host: 'open.test', port: 443, kind: 'name' })) }, (secure: TLSSocket) => {
    shown.push(Object.keys(secure.getPeerCertificate()).length > 0);
    secure.on('error', () => undefined);
    secure.once('data', () => secure.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `open.test:${(server.address() as AddressInfo).port}`;
  world.configure([{ host, private_addresses: true }], { extraCaPem: ca.certPem });
  expect(await ask(world, host, get(host))).toMatch(/^HTTP\/1\.1 200 /);
  expect(shown).toEqual([false]);
  server.close();
});

describe('leaf certificates', () => {
  const leafOf = async (host: string): Promise<X509Certificate> => {
    const authority = `${host}:${world.open.port}`;
    world.configure([{ host: authority, private_addresses: true }]);
    const secure = await openTunnel(world, authority);
    const certificate = secure.getPeerX509Certificate();
    secure.destroy();
    if (certificate === undefined) throw new Error('no certificate');
    return certificate;
  };

  test('name exactly their host, live less than 398 days, and began yesterday', async () => {
    const leaf = await leafOf('open.test');
    expect(leaf.subjectAltName).toBe('DNS:open.test');
    expect(leaf.subject).toBe('CN=open.test');
    expect(leaf.ca).toBe(false);
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThan(398 * 86_400_000);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now() - 86_000_000);
    expect(leaf.serialNumber).toMatch(/^[0-9A-F]{16,40}$/);
  });

  test('of a name too long for a common name have none', async () => {
    const host = `${'a'.repeat(60)}.${'b'.repeat(10)}.test`;
    const leaf = await leafOf(host);
    expect(leaf.subjectAltName).toBe(`DNS:${host}`);
    expect(leaf.subject ?? '').toBe('');
  });

  test('share one key, have serials of their own, and are kept for a bounded number of hosts', () => {
    const leafFor = leafMinter(createAuthority('bounded'));
    const at = (i: number) => leafFor({ host: `h${i}.test`, port: 443, kind: 'name' });
    const first = at(0);
    expect(at(0)).toBe(first);
    for (let i = 1; i <= 256; i++) at(i);
    expect(at(256)).toBe(at(256));
    expect(at(0)).not.toBe(first);
  });
});
