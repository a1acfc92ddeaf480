import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createSecureServer } from 'node:http2';
import type { ClientHttp2Session, Http2SecureServer, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { leafMinter } from '../../../sidecars/egress/leaf.ts';
import { answerOk } from './upstream.ts';
import { connectAnswer, dialProxy, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

/** RFC 9113 section 3.4, with an empty SETTINGS frame behind it. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00';

const run = promisify(execFile);

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

describe('on a route that is read', () => {
  test('a client that offers h2 and http/1.1 gets HTTP/1.1, and it works', async () => {
    const secure = await openTunnel(world, open, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(secure.alpnProtocol).toBe('http/1.1');
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
  });

  test('a client that insists on h2 in ALPN is refused in the handshake, at once', async () => {
    const { line } = await expectDenied(world, world.open, async () => {
      const { socket } = await connectAnswer(world, open);
      const secure = tlsConnect({ socket, servername: 'open.test', ca: world.caPem, ALPNProtocols: ['h2'] });
      const [error] = (await once(secure, 'error')) as [NodeJS.ErrnoException];
      expect(error.message).toMatch(/no application protocol/i);
      await expect.poll(() => world.log().at(-1)?.reason).toContain('handshake failed');
      return '';
    });
    expect(line).toMatchObject({ host: 'open.test', status: 0 });
  });

  test('the preface of HTTP/2 is refused as no request: inside a tunnel, in a tunnel to plain http, and at the proxy itself', async () => {
    world.configure([{ host: open, private_addresses: true, plaintext: true }]);
    const inside = await openTunnel(world, open);
    for (const ask of [() => talk(inside, PREFACE), async () => talk((await connectAnswer(world, open)).socket, PREFACE), async () => talk(await dialProxy(world), PREFACE)]) {
      const { answer, line } = await expectDenied(world, world.open, ask);
      expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*not an HTTP request/);
      expect(line.reason).toContain('not an HTTP request');
    }
  });

  test('a wish for h2c is answered in HTTP/1.1, as by a server that does not know it; who goes on in HTTP/2 all the same is refused', async () => {
    const before = world.open.requests.length;
    const secure = await openTunnel(world, open);
    const answer = await talk(secure, get(open, '/', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'), wholeAnswer);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests.slice(before).map(({ raw }) => raw.join(' '))).toEqual([expect.not.stringMatching(/h2c|http2/i)]);
    const { answer: refusal } = await expectDenied(world, world.open, () => talk(secure, PREFACE));
    expect(refusal).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a wish for h2c to a blocked host is refused like any request', async () => {
    const { answer, line } = await expectDenied(world, world.open, async () =>
      talk(await dialProxy(world), 'GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n', wholeAnswer),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"do_not_retry":true/);
    expect(line).toMatchObject({ host: 'evil.test', clause: 'routes' });
  });
});

/** A gRPC-like service: answers each message of `/bottle.Echo/Say`, then trailers. */
interface GrpcServer {
  readonly host: string;
  readonly caPem: string;
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
}

async function startGrpc(): Promise<GrpcServer> {
  const ca = createAuthority('grpc');
  const sockets = new Set<Socket>();
  const server: Http2SecureServer = createSecureServer({ SNICallback: (_name, done) => done(null, leafMinter(ca)({ host: 'open.test', port: 443, kind: 'name' })) });
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.on('data', (message: Buffer) => void stream.write(`echo ${message.toString()}`));
    stream.on('end', () => void stream.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `open.test:${(server.address() as AddressInfo).port}`,
    caPem: ca.certPem,
    bytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a gRPC client over HTTP/2', () => {
  let grpc: GrpcServer;
  beforeAll(async () => {
    grpc = await startGrpc();
  });
  afterAll(() => grpc.close());

  const session = async (): Promise<ClientHttp2Session> => {
    const secure = await openTunnel(world, grpc.host, { ca: grpc.caPem, ALPNProtocols: ['h2'] });
    expect(secure.alpnProtocol).toBe('h2');
    return connect(`https://${grpc.host}`, { createConnection: () => secure });
  };

  test('works both ways, trailers included, where TLS passes unread', async () => {
    world.configure([{ host: grpc.host, private_addresses: true, tls_passthrough: true }]);
    const client = await session();
    const call = client.request({ ':method': 'POST', ':path': '/bottle.Echo/Say', 'content-type': 'application/grpc', te: 'trailers' });
    const trailers = once(call, 'trailers') as Promise<[Record<string, string>]>;
    for (const message of ['one', 'two']) {
      call.write(message);
      const [answer] = (await once(call, 'data')) as [Buffer];
      expect(answer.toString()).toBe(`echo ${message}`);
    }
    call.end();
    expect((await trailers)[0]['grpc-status']).toBe('0');
    client.close();
    await expect.poll(() => world.log().at(-1)).toMatchObject({ method: 'CONNECT', verdict: 'allow', reason: expect.stringContaining('nothing inside was seen') });
  });

  test('of curl speaks HTTP/2 where TLS passes unread, with the certificate of the upstream, and HTTP/1.1 where it is read', async () => {
    const caPath = join(world.folder, 'grpc.pem');
    writeFileSync(caPath, grpc.caPem);
    const lines = world.log().length;
    const version = async (host: string, ca: string): Promise<string> => {
      const { stdout } = await run('curl', ['--silent', '--max-time', '20', '--http2', '--proxy', `http://127.0.0.1:${world.port}`, '--cacert', ca, '--write-out', '%{http_version} %{response_code}', '--output', '/dev/null', `https://${host}/`]);
      return stdout;
    };
    world.configure([{ host: grpc.host, private_addresses: true, tls_passthrough: true }, { host: open, private_addresses: true }]);
    expect(await version(grpc.host, caPath)).toBe('2 200');
    expect(await version(open, world.caPath)).toBe('1.1 200');
    await expect(version(grpc.host, world.caPath)).rejects.toThrow();
    // The line of a tunnel comes at its end.
    await expect.poll(() => world.log().slice(lines).filter(({ method, verdict }) => method === 'CONNECT' && verdict === 'allow').length).toBe(2);
  });

  test.each([
    ['that is not listed', []],
    ['that is listed on another port', [{ host: 'open.test:1', private_addresses: true, tls_passthrough: true }]],
    ['that is denied', [{ host: 'open.test', deny: true as const }]],
  ])('is refused on a host %s, in JSON, and nothing reaches it', async (_name, routes) => {
    world.configure(routes);
    const [bytes, lines] = [grpc.bytes(), world.log().length];
    const { socket, answer } = await connectAnswer(world, grpc.host);
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"error":"blocked"/);
    socket.destroy();
    expect(grpc.bytes()).toBe(bytes);
    expect(world.log().slice(lines).map(({ verdict }) => verdict)).toEqual(['block']);
  });

  test('is refused in its handshake where the route is read, and nothing reaches the upstream', async () => {
    world.configure([{ host: grpc.host, private_addresses: true }]);
    const bytes = grpc.bytes();
    const { socket } = await connectAnswer(world, grpc.host);
    const secure = tlsConnect({ socket, servername: 'open.test', ca: world.caPem, ALPNProtocols: ['h2'] });
    await once(secure, 'error');
    expect(grpc.bytes()).toBe(bytes);
    await expect.poll(() => world.log().at(-1)).toMatchObject({ verdict: 'block', reason: expect.stringContaining('handshake failed') });
  });
});
