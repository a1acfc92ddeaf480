import { connect as tlsConnect } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream } from './upstream.ts';
import { ask, connectAnswer, dialProxy, expectDenied, get, here, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let allow: string;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  allow = `allow.test:${world.allow.port}`;
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.names.set('open.test', here);
  world.configure(usualRoutes(world));
});

const tryConnect = (authority: string) => async (): Promise<string> => {
  const { socket, answer } = await connectAnswer(world, authority);
  socket.destroy();
  return answer;
};

describe('CONNECT to a place that is not listed', () => {
  const refused = [
    'evil.test:443', 'allow.test.evil.test:443', 'xallow.test:443', 'allow.test%2eevil.test:443', 'allow.test%00.evil.test:443',
    'open.test:22', 'open.test:25', 'open.test:443', 'open.test:0443', 'open.test:0', 'open.test:65536', 'open.test:-1',
    'open.test:443x', 'open.test:', 'open.test', 'open.test:443/x', 'open.test..:443', '.open.test:443', 'localhost:9420',
    '127.0.0.1:443', '2130706433:443', '0x7f.1:443', '017700000001:443', '127.1:443', '[::1]:443', '[::ffff:127.0.0.1]:443',
    'allow.test@evil.test:443', 'evil.test:443@allow.test:443',
  ];
  test.each(refused)('%s is denied in JSON before anything is dialled', async (authority) => {
    const { answer } = await expectDenied(world, world.open, tryConnect(authority));
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ reason: expect.stringMatching(/^egress: /), do_not_retry: true, hint: expect.any(String), error: expect.any(String) });
  });

  test('bytes of full-width digits are denied', async () => {
    const { answer } = await expectDenied(world, world.open, tryConnect(Buffer.from('①②⑦.⓪.⓪.①:443').toString('latin1')));
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  test('another Host beside the authority is denied', async () => {
    const socket = await dialProxy(world);
    const { answer } = await expectDenied(world, world.open, () => talk(socket, `CONNECT ${open} HTTP/1.1\r\nHost: evil.test:443\r\n\r\n`));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('upper case and a trailing dot are the same place', async () => {
  const before = world.open.requests.length;
  expect(await ask(world, `OPEN.Test.:${world.open.port}`, get(`Open.TEST:${world.open.port}`))).toMatch(/^HTTP\/1\.1 200 /);
  expect(world.open.requests.at(before)?.raw.slice(0, 2)).toEqual(['Host', open]);
});

describe('inside a tunnel', () => {
  test('another name in SNI ends the handshake and both names are on record', async () => {
    const { line } = await expectDenied(world, world.allow, async () => {
      const { socket } = await connectAnswer(world, allow);
      const secure = tlsConnect({ socket, servername: 'evil.test', ca: world.caPem });
      const [error] = (await once(secure, 'error')) as [Error];
      return error.message;
    });
    expect(line.reason).toContain('evil.test');
    expect(line.host).toBe('allow.test');
  });

  test('without SNI the certificate names the CONNECT host, and another Host is refused', async () => {
    const { answer } = await expectDenied(world, world.allow, async () => {
      const secure = await openTunnel(world, allow, { servername: '', checkServerIdentity: () => undefined });
      expect(secure.getPeerCertificate().subjectaltname).toBe('DNS:allow.test');
      return talk(secure, get(open), wholeAnswer);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  const hosts = ['allow.test@evil.test', 'open.test:443@evil.test', 'open.test#.evil.test', 'open.test evil.test', 'open.test\tx', 'open.test,evil.test', 'open.test/evil', 'evil.test', ''];
  test.each(hosts)('Host "%s" is a 400', async (host) => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(host)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('two Host headers are a 400', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open, '/', `Host: ${open}\r\n`)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('an absolute target elsewhere is refused, the own one is sent in origin form', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open, 'https://evil.test/x')));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    const before = world.open.requests.length;
    expect(await ask(world, open, get(open, `https://${open}/x?y`))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests.at(before)?.url).toBe('/x?y');
  });

  test('every request is checked, not only the first', async () => {
    const secure = await openTunnel(world, open);
    expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await talk(secure, get(allow), wholeAnswer)).toMatch(/^HTTP\/1\.1 400 /);
    secure.destroy();
  });

  test.each(['/a/../b', '/a/%2e%2e/b', '/a/..%2fb', '/a/..%5cb', '/a\\..\\b', '/a/..;/b', '/a/%252e%252e/b', '//evil/x', '/a#b', '/%zz', '/%', '/%00', '/%0d%0aX', '/%c0%ae'])('the target %s is a 400', async (path) => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open, path)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['SSH-2.0-x\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x00\x01\x02'])('bytes that are no TLS (%j) end an https tunnel with one line', async (bytes) => {
    await expectDenied(world, world.open, async () => talk((await connectAnswer(world, open)).socket, bytes));
  });
});

describe('where names point to', () => {
  const bad = ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1', '127.0.0.1', '::1', 'fc00::1', 'fe80::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '0.0.0.0', '169.254.169.254'];
  test.each(bad)('%s is not dialled without private_addresses', async (address) => {
    world.configure([{ host: open }]);
    world.names.set('open.test', [{ address, family: address.includes(':') ? 6 : 4 }]);
    const { answer, line } = await expectDenied(world, world.open, () => ask(world, open, get(open)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(line.reason).toContain(address);
  });

  test.each(['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', '0.0.0.0', '::'])('%s is not dialled even with it', async (address) => {
    world.names.set('open.test', [{ address, family: address.includes(':') ? 6 : 4 }]);
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('a mixed answer is refused whole', async () => {
    world.configure([{ host: open }]);
    world.names.set('open.test', [{ address: '93.184.215.14', family: 4 }, ...here]);
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, get(open)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('a name that moves to a forbidden address is caught on the next connection', async () => {
    expect(await ask(world, open, get(open, '/', 'X: 1\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of world.open.sockets) socket.destroy();
    await expect.poll(() => world.open.sockets.size).toBe(0);
    world.names.set('open.test', [{ address: '169.254.169.254', family: 4 }]);
    await expectDenied(world, world.open, () => ask(world, open, get(open)));
  });

  test('a listed IP literal is still judged by its address', async () => {
    const literal = `127.0.0.1:${world.open.port}`;
    world.configure([{ host: literal }]);
    const { answer } = await expectDenied(world, world.open, async () => {
      const secure = await openTunnel(world, literal, { servername: '', checkServerIdentity: () => undefined });
      expect(secure.getPeerCertificate().subjectaltname).toBe('IP Address:127.0.0.1');
      return talk(secure, get(literal), wholeAnswer);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('plain http', () => {
  test('is refused where only https is listed', async () => {
    const { answer } = await expectDenied(world, world.open, async () => talk(await dialProxy(world), get(open, `http://${open}/`), wholeAnswer));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('absolute https targets are refused', async () => {
    await expectDenied(world, world.open, async () => talk(await dialProxy(world), get(open, `https://${open}/`), wholeAnswer));
  });

  test('is carried where the route says plaintext, in absolute form and through CONNECT, but never with a credential', async () => {
    const plain = await startUpstream(undefined);
    const host = `open.test:${plain.port}`;
    world.configure([{ host, private_addresses: true, plaintext: true }]);
    expect(await talk(await dialProxy(world), get(host, `http://${host}/a`), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    const { socket } = await connectAnswer(world, host);
    expect(await talk(socket, get(host, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
    expect(plain.requests.map((request) => request.url)).toEqual(['/a', '/b']);
    world.configure([{ host, private_addresses: true, plaintext: true, auth_scheme: 'Bearer', token_env: 'SLOT' }]);
    const { answer } = await expectDenied(world, plain, async () => talk(await dialProxy(world), get(host, `http://${host}/a`), wholeAnswer));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    await plain.close();
  });
});

describe('the allowlist', () => {
  test('is served as a whole routes file, in absolute form and through CONNECT', async () => {
    const text = await talk(await dialProxy(world), get('_egress.local', 'http://_egress.local/allowlist'), wholeAnswer);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toEqual({ log: 2, routes: usualRoutes(world) });
    const { socket } = await connectAnswer(world, '_egress.local:80');
    expect(await talk(socket, get('_egress.local', '/allowlist'), wholeAnswer)).toContain('"log": 2');
    socket.destroy();
  });

  test('shows nothing else', async () => {
    expect(await talk(await dialProxy(world), get('_egress.local', 'http://_egress.local/'), wholeAnswer)).toMatch(/^HTTP\/1\.1 404 /);
  });
});
