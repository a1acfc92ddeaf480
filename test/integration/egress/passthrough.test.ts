import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer as createNetServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { connect as tlsConnect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import { leafMinter } from '../../../sidecars/egress/leaf.ts';
import { extension, helloOf, inRecords, madeHello, messageOf, record, serverName } from './clientHello.ts';
import { begin, end, startUnread, toUpstream as dialUpstream } from './unread.ts';
import type { UnreadWorld } from './unread.ts';
import { SECRET, connectAnswer, dialProxy, expectDenied, get, here, openTunnel, talk, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let unreadWorld: UnreadWorld;
let world: World;
let open: string;
let unread: Route;

/** Short, so that a test need not wait; each is waited for, none is measured. */
const limits = { handshake: 400, connect: 2_000, silence: 800, goodbye: 200 };

beforeAll(async () => {
  unreadWorld = await startUnread(limits);
  ({ world, open, unread } = unreadWorld);
});
afterAll(() => world.close());
beforeEach(() => begin(unreadWorld));
afterEach(() => end(unreadWorld));

const toUpstream = (options = {}): Promise<TLSSocket> => dialUpstream(unreadWorld, options);
const lastLine = () => world.log().at(-1);

/** Everything that comes back after these bytes, until the tunnel is closed. */
async function sent(bytes: Buffer | string, authority = open): Promise<string> {
  const { socket, answer } = await connectAnswer(world, authority);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  return talk(socket, bytes.toString('latin1'));
}

describe('TLS that passes unread', () => {
  test('shows the agent the certificate of the upstream, none is made, and one line at the end counts the bytes and says that nothing was seen', async () => {
    const { live } = world.proxy;
    if (live === undefined) throw new Error('not configured');
    const minted: string[] = [];
    world.proxy.become({ ...live, leafFor: (authority) => (minted.push(authority.host), live.leafFor(authority)) });
    const [bytes, lines] = [world.open.bytes(), world.log().length];
    const secure = await toUpstream();
    expect(secure.getPeerX509Certificate()?.issuer).toContain('upstream open.test');
    expect(await talk(secure, get(open, '/a'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await talk(secure, get(open, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.log().length).toBe(lines);
    secure.end();
    await expect.poll(() => world.log().length).toBe(lines + 1);
    expect(minted).toEqual([]);
    expect(lastLine()).toMatchObject({
      verdict: 'allow', method: 'CONNECT', host: 'open.test', path: '', status: 200, clause: 'routes[0]', findings: [], injected: false,
      bytesUp: world.open.bytes() - bytes, bytesDown: expect.any(Number), reason: expect.stringContaining('nothing inside was seen or scanned'),
    });
    expect(lastLine()?.bytesDown).toBeGreaterThan(500);
  });

  test('carries the certificate of a client that has to show one', async () => {
    const [theirs, ours] = [createAuthority('asks'), createAuthority('client of a bottle')];
    const shown: string[] = [];
    const server = createServer({ requestCert: true, rejectUnauthorized: false, SNICallback: (_name, done) => done(null, leafMinter(theirs)({ host: 'open.test', port: 443, kind: 'name' })) }, (secure) => {
      shown.push(secure.getPeerX509Certificate()?.subject ?? 'none');
      secure.on('error', () => undefined);
      secure.once('data', () => secure.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `open.test:${(server.address() as AddressInfo).port}`;
    world.configure([{ ...unread, host }]);
    const secure = await openTunnel(world, host, { ca: theirs.certPem, cert: ours.certPem, key: ours.keyPem });
    expect(await talk(secure, get(host), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(shown).toEqual(['CN=Bot Bottle client of a bottle']);
    secure.destroy();
    server.close();
  });

  test('is not scanned and gets no credential: what is inside arrives as it was sent', async () => {
    world.configure([unread], { secrets: [{ kind: 'environment', name: 'DEPLOY_KEY', value: 'c0rrect-h0rse-battery-9917-staple', home: [] }] });
    const before = world.open.requests.length;
    const secure = await toUpstream();
    await talk(secure, get(open, '/x?c0rrect-h0rse-battery-9917-staple', 'Authorization: Bearer mine\r\n'), wholeAnswer);
    secure.destroy();
    const seen = world.open.requests.at(before);
    expect(seen?.url).toContain('c0rrect-h0rse-battery-9917-staple');
    expect(seen?.raw).toContain('Bearer mine');
    expect(JSON.stringify(seen)).not.toContain(SECRET);
  });

  test('carries megabytes both ways unchanged, also to a reader that is slow, and lets each side end by itself', async () => {
    const [up, down] = [randomBytes(5 * 1024 * 1024), randomBytes(5 * 1024 * 1024)];
    let got = '';
    world.open.handler = (request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => {
        got = hash.digest('hex');
        response.end(down);
      });
    };
    const secure = await toUpstream({ allowHalfOpen: true });
    secure.write(`POST / HTTP/1.1\r\nHost: ${open}\r\nConnection: close\r\nContent-Length: ${up.length}\r\n\r\n`);
    secure.end(up);
    const back: Buffer[] = [];
    for await (const chunk of secure) {
      back.push(chunk as Buffer);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const all = Buffer.concat(back);
    expect(got).toBe(createHash('sha256').update(up).digest('hex'));
    expect(all.subarray(all.length - down.length).equals(down)).toBe(true);
  });

  test('begins with a ClientHello in segments of one byte, in records of three, or of 17 kB', async () => {
    const hello = await helloOf({ servername: 'open.test' });
    const filler = Array.from({ length: 68 }, (_, i) => `${String(i).padStart(3, '0')}${'x'.repeat(247)}`);
    const large = await helloOf({ servername: 'open.test', ALPNProtocols: [...filler, 'http/1.1'] });
    for (const bytes of [inRecords(messageOf(hello), 3), large]) {
      const { socket } = await connectAnswer(world, open);
      expect(await talk(socket, bytes.toString('latin1'), /\x16\x03\x03/)).toContain('\x16\x03\x03');
      socket.destroy();
    }
    expect(large.length).toBeGreaterThan(16_384 + 2 * 5);
    const { socket } = await connectAnswer(world, open);
    socket.setNoDelay(true);
    for (const byte of hello) socket.write(Buffer.from([byte]));
    expect(await talk(socket, '', /\x16\x03\x03/)).toContain('\x16\x03\x03');
    socket.destroy();
  });

  test('to an address may name no host, or the same address', async () => {
    const host = `127.0.0.1:${world.open.port}`;
    world.configure([{ ...unread, host }]);
    const lines = world.log().length;
    const nameless = await openTunnel(world, host, { ca: world.open.caPem, servername: '', checkServerIdentity: () => undefined });
    expect(await talk(nameless, get(host), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    nameless.destroy();
    const { socket } = await connectAnswer(world, host);
    // The upstream may not like it; it was asked.
    expect((await talk(socket, madeHello([serverName('127.0.0.1')]).toString('latin1'), /[\x15\x16]\x03/)).length).toBeGreaterThan(0);
    socket.destroy();
    await expect.poll(() => world.log().length - lines).toBe(2);
    const { line } = await expectDenied(world, world.open, () => sent(madeHello([serverName('open.test')]), host));
    expect(line).toMatchObject({ clause: 'tls', reason: expect.stringContaining('asks for open.test in a tunnel to 127.0.0.1') });
  });
});

describe('nothing goes on before it is judged: the tunnel is refused, with nothing upstream, for', () => {
  const nul = Buffer.alloc(0);
  test.each([
    ["another host's name in the ClientHello", () => madeHello([serverName('allow.test')]), 'asks for allow.test in a tunnel to open.test'],
    ['no name', () => madeHello([]), 'names no host'],
    ['an empty name', () => madeHello([serverName('')]), 'not well formed'],
    ['a name with a port', () => madeHello([serverName('open.test:443')]), 'asks for no host'],
    ['a name with a NUL', () => madeHello([serverName('open.test\0.evil.test')]), 'asks for no host'],
    ['a name below it', () => madeHello([serverName('x.open.test')]), 'asks for x.open.test'],
    ['two names', () => madeHello([serverName('open.test', 'evil.test')]), 'not well formed'],
    ['the name twice', () => madeHello([serverName('open.test'), serverName('evil.test')]), 'an extension twice'],
    ['a second name that is encrypted (ECH)', () => madeHello([serverName('open.test'), extension(0xfe0d, Buffer.from([0, 1, 2]))]), 'encrypted part'],
    ['something behind the extensions', () => record(Buffer.concat([messageOf(madeHello([serverName('open.test')])), Buffer.from([0])])), 'not a ClientHello'],
    ['an extension that is longer than the message', () => madeHello([serverName('open.test'), Buffer.from([0, 16, 0, 9])]), 'not well formed'],
    ['a ServerHello', () => record(Buffer.from([2, 0, 0, 2, 3, 3])), 'not a ClientHello'],
    ['an alert between the records', () => Buffer.concat([record(messageOf(madeHello([])).subarray(0, 9)), Buffer.from([0x15, 3, 1, 0, 2, 1, 0])]), 'not a ClientHello'],
    ['an empty record', () => record(nul), 'not a ClientHello'],
    ['a record longer than there are', () => Buffer.from([0x16, 3, 1, 0xff, 0xff]), 'not a ClientHello'],
    ['a ClientHello that says it has a megabyte', () => record(Buffer.from([1, 0x10, 0, 0, 3, 3])), 'not a ClientHello'],
    ['the version of another protocol', () => Buffer.from([0x16, 0xfe, 0xfd, 0, 1, 1]), 'not a ClientHello'],
  ])('%s', async (_name, bytes, reason) => {
    const { answer, line } = await expectDenied(world, world.open, () => sent(bytes()));
    expect(line).toMatchObject({ method: 'CONNECT', clause: 'tls', status: 0, reason: expect.stringContaining(reason), bytesUp: 0 });
    // access_denied, as TLS says it.
    expect(answer).toBe('\x15\x03\x03\x00\x02\x02\x31');
  });

  test.each([
    ['a request in the clear', 'GET / HTTP/1.1\r\nHost: open.test\r\n\r\n'], ['a banner of ssh', 'SSH-2.0-x\r\n'], ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], ['a single byte', 'x'],
  ])('%s, with an answer in JSON', async (_name, text) => {
    const { answer, line } = await expectDenied(world, world.open, () => sent(text));
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"clause":"tls"/);
    expect(line.reason).toContain('no TLS is spoken');
  });

  test.each([['nothing', ''], ['the half of a ClientHello', '\x16\x03\x01\x02\x00\x01\x00\x01'], ['the half of its first record', '\x16\x03']])('%s within the time for a handshake', async (_name, text) => {
    // Lines about a silent host are at most one a minute: a host of its own each.
    const host = `s${text.length}.test:${world.open.port}`;
    world.names.set(`s${text.length}.test`, here);
    world.configure([{ ...unread, host }]);
    const { line } = await expectDenied(world, world.open, () => sent(text, host));
    expect(line.reason).toContain('in time');
  });

  test('a ClientHello that trickles in without end', async () => {
    world.names.set('trickle.test', here);
    const host = `trickle.test:${world.open.port}`;
    world.configure([{ ...unread, host }]);
    await expectDenied(world, world.open, async () => {
      const { socket } = await connectAnswer(world, host);
      const trickle = setInterval(() => void socket.write(record(Buffer.from([1]))), 20);
      const answer = await talk(socket, inRecords(Buffer.from([1, 0, 0xff, 0]), 1).toString('latin1'));
      clearInterval(trickle);
      return answer;
    });
  });

  test('a name that holds a known secret, though a person listed it', async () => {
    const host = `c0rrecth0rsebattery9917.test:${world.open.port}`;
    world.names.set('c0rrecth0rsebattery9917.test', here);
    world.configure([{ ...unread, host }], { secrets: [{ kind: 'environment', name: 'DEPLOY_KEY', value: 'c0rrecth0rsebattery9917', home: [] }] });
    const { line } = await expectDenied(world, world.open, () => sent(madeHello([serverName('c0rrecth0rsebattery9917.test')]), host));
    expect(line).toMatchObject({ clause: 'dlp', findings: [{ detector: 'known_secrets' }, ...line.findings.slice(1)] });
    expect(JSON.stringify(line)).not.toContain('c0rrecth0rse');
  });

  test('what a scanner broke on, which nobody gets to read', async () => {
    const { live } = world.proxy;
    if (live === undefined) throw new Error('not configured');
    let asked = 0;
    const head: typeof live.scanner.head = (about) => {
      // The place of the CONNECT is scanned first.
      if (asked++ === 0) return live.scanner.head(about);
      throw new Error('broke on hunter2-hunter2');
    };
    world.proxy.become({ ...live, scanner: { ...live.scanner, head } });
    const { answer, line } = await expectDenied(world, world.open, () => sent(madeHello([serverName('open.test')])));
    expect(line.clause).toBe('internal');
    expect(answer + JSON.stringify(line)).not.toContain('hunter2');
  });

  test('http:// to a host that passes unread, and its plain port', async () => {
    const { answer } = await expectDenied(world, world.open, async () => talk(await dialProxy(world), get(open, `http://${open}/`), wholeAnswer));
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"plaintext"/);
    world.configure([{ host: 'open.test', private_addresses: true, tls_passthrough: true }]);
    const plain = await expectDenied(world, world.open, async () => (await connectAnswer(world, 'open.test:80')).answer);
    expect(plain.answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('where it leads', () => {
  test('a private address is refused at the CONNECT, in JSON, unless the route permits it; one bad address refuses all', async () => {
    world.configure([{ host: open, tls_passthrough: true }]);
    const { answer, line } = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"address"/);
    expect(line).toMatchObject({ clause: 'address', status: 403 });
    world.configure([unread]);
    world.names.set('open.test', [...here, { address: '169.254.169.254', family: 4 }]);
    await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
  });

  test('a name is resolved once: an answer that changes after the check (rebinding) is never dialled', async () => {
    const { get: lookup } = world.names;
    const asked: string[] = [];
    world.names.get = (name) => (asked.push(name), asked.length === 1 ? here : [{ address: '169.254.169.254', family: 4 }]);
    const secure = await toUpstream();
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
    world.names.get = lookup;
    expect(asked).toEqual(['open.test']);
  });

  test('a name without an address is a 502 to the CONNECT; a port where nobody listens ends the tunnel, and the line says so', async () => {
    world.names.set('open.test', []);
    expect((await connectAnswer(world, open)).answer).toMatch(/^HTTP\/1\.1 502 /);
    world.names.set('open.test', here);
    const closed = createNetServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const host = `open.test:${(closed.address() as AddressInfo).port}`;
    closed.close();
    await once(closed, 'close');
    world.configure([{ ...unread, host }]);
    expect(await sent(madeHello([serverName('open.test')]), host)).toBe('\x15\x03\x03\x00\x02\x02\x31');
    expect(lastLine()).toMatchObject({ verdict: 'allow', status: 0, reason: expect.stringContaining('ECONNREFUSED'), bytesUp: 0 });
  });

  test("goes through the network's own proxy where there is one, which hears the name and then sees TLS", async () => {
    const asked: string[] = [];
    const far = new Set<Socket>();
    const network = createHttpServer().on('connect', (request, socket: Socket) => {
      asked.push(request.url ?? '');
      const to = connect(world.open.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(to).pipe(socket);
      });
      for (const one of [to, socket]) far.add(one.on('error', () => undefined));
    });
    network.listen(0, '127.0.0.1');
    await once(network, 'listening');
    world.names.set('open.test', []);
    world.configure([unread], { upstreamProxy: { https: `http://127.0.0.1:${(network.address() as AddressInfo).port}` } });
    const secure = await toUpstream();
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(asked).toEqual([open]);
    secure.destroy();
    for (const one of far) one.destroy();
    network.close();
  });

  test.each([
    ['its route is withdrawn', () => world.configure([]), 'taken away'],
    ['the time for connecting is over', () => undefined, 'cannot be connected'],
  ])("the network's own proxy that does not answer is let go when %s", async (_name, act, reason) => {
    let waiting = 0;
    const network = createHttpServer().on('connect', (_request, socket: Socket) => {
      waiting++;
      socket.on('error', () => undefined).on('close', () => waiting--).on('end', () => socket.destroy()).resume();
    });
    network.listen(0, '127.0.0.1');
    await once(network, 'listening');
    world.configure([unread], { upstreamProxy: { https: `http://127.0.0.1:${(network.address() as AddressInfo).port}` } });
    const lines = world.log().length;
    const { socket } = await connectAnswer(world, open);
    socket.write(madeHello([serverName('open.test')]));
    await expect.poll(() => waiting).toBe(1);
    act();
    await expect.poll(() => waiting, { timeout: 5_000 }).toBe(0);
    await expect.poll(() => world.log().length).toBe(lines + 1);
    expect(lastLine()).toMatchObject({ status: 0, bytesUp: 0, reason: expect.stringContaining(reason) });
    socket.destroy();
    network.close();
  });

  test('a tunnel in which neither side says anything ends', async () => {
    const secure = await toUpstream();
    expect(await talk(secure, '')).toBe('');
    await expect.poll(lastLine).toMatchObject({ verdict: 'allow', status: 200, reason: expect.stringContaining('neither side said anything') });
    await expect.poll(() => world.open.sockets.size).toBe(0);
  });
});

test('a ClientHello from a real client is read by the same eyes as a made one', async () => {
  const tls = await helloOf({ servername: 'evil.test' });
  const { line } = await expectDenied(world, world.open, () => sent(tls));
  expect(line.reason).toContain('asks for evil.test');
  const refused = tlsConnect({ socket: (await connectAnswer(world, open)).socket, servername: 'evil.test', ca: world.open.caPem });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.message).toMatch(/access denied/i);
});
