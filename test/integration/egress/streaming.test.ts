import { once } from 'node:events';
import { createGunzip, createGzip } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerOk, startUpstream } from './upstream.ts';
import { ask, dialProxy, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

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

test('an event reaches the agent before the next one is sent', async () => {
  const acknowledged: (() => void)[] = [];
  world.open.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 0\n\n');
    let sent = 0;
    acknowledged.push(() => void (++sent === 5 ? response.end() : response.write(`data: ${sent}\n\n`)));
  };
  const secure = await openTunnel(world, open);
  await talk(secure, get(open), { test: (text) => text.includes('data: 0') });
  for (let i = 1; i < 5; i++) {
    acknowledged[0]?.();
    await talk(secure, '', { test: (text) => text.includes(`data: ${i}`) });
  }
  acknowledged[0]?.();
  await talk(secure, '', { test: (text) => text.endsWith('0\r\n\r\n') });
  secure.destroy();
});

test('a compressed event reaches the agent before the next one is sent', async () => {
  const pack = createGzip();
  const acknowledged: (() => void)[] = [];
  world.open.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Encoding': 'gzip' });
    pack.pipe(response);
    pack.write('data: 0\n\n');
    pack.flush();
    acknowledged.push(() => {
      pack.write('data: 1\n\n');
      pack.flush();
    });
  };
  const secure = await openTunnel(world, open);
  const unpack = createGunzip();
  const events: string[] = [];
  unpack.on('data', (data: Buffer) => events.push(data.toString()));
  let head = '';
  secure.on('data', (data: Buffer) => {
    if (head.includes('\r\n\r\n')) return void dechunked(data).forEach((chunk) => unpack.write(chunk));
    head += data.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) dechunked(Buffer.from(head.slice(end + 4), 'latin1')).forEach((chunk) => unpack.write(chunk));
  });
  secure.write(get(open));
  await expect.poll(() => events.join('')).toBe('data: 0\n\n');
  acknowledged[0]?.();
  await expect.poll(() => events.join('')).toBe('data: 0\n\ndata: 1\n\n');
  secure.destroy();
});

/** Chunks that came whole, as the few of these tests do. */
function dechunked(data: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const line = data.indexOf('\r\n', at);
    const size = parseInt(data.subarray(at, line).toString(), 16);
    chunks.push(data.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return chunks;
}

test('an agent that hangs up ends the upstream request, and leaves nothing behind', async () => {
  let ended = 0;
  world.open.handler = (_request, response) => {
    response.on('close', () => ended++);
    response.write('x'.repeat(1000));
  };
  const rounds = 100;
  for (let i = 0; i < rounds; i++) {
    const secure = await openTunnel(world, open);
    await talk(secure, get(open), /x{1000}/);
    secure.destroy();
  }
  await expect.poll(() => ended, { timeout: 2000 }).toBe(rounds);
});

test('an answer cut short upstream is cut short for the agent', async () => {
  world.open.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('part', () => response.destroy());
  };
  const secure = await openTunnel(world, open);
  const answer = await talk(secure, get(open));
  expect(answer).toMatch(/part$/);
  world.open.handler = (_request, response) => void response.write('part', () => response.destroy());
  const chunked = await talk(await openTunnel(world, open), get(open));
  expect(chunked).toContain('part');
  expect(chunked).not.toMatch(/0\r\n\r\n$/);
});

test('a large body passes whole in both directions', async () => {
  world.open.handler = (request, response) => void request.pipe(response);
  const size = 8 * 1024 * 1024;
  const secure = await openTunnel(world, open);
  secure.write(`POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${size}\r\n\r\n`);
  secure.write(Buffer.alloc(size, 'a'));
  let bytes = 0;
  let tail = '';
  secure.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString('latin1')).slice(-5);
  });
  await expect.poll(() => tail, { timeout: 20_000 }).toBe('0\r\n\r\n');
  expect(bytes).toBeGreaterThan(size);
  secure.destroy();
  await expect.poll(() => world.log().at(-1)).toMatchObject({ bytesUp: size, bytesDown: size, status: 200 });
});

test('a slow reader holds the upstream back instead of filling memory', async () => {
  let written = 0;
  world.open.handler = (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const fill = (): void => {
      while (written < 1e9 && !response.destroyed) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', fill);
      }
    };
    fill();
  };
  const secure = await openTunnel(world, open);
  secure.pause();
  secure.write(get(open));
  let last = -1;
  await expect.poll(() => [last, (last = written)], { interval: 300, timeout: 20_000 }).toSatisfy(([before, after]: number[]) => (before ?? 0) > 0 && before === after);
  expect(written).toBeLessThan(40e6);
  secure.destroy();
});

test('a slow upstream holds the agent back', async () => {
  let arrived = false;
  world.open.handler = (request) => {
    arrived = true;
    request.pause();
  };
  const secure = await openTunnel(world, open);
  secure.write(`POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 1000000000\r\n\r\n`);
  let taken = 0;
  const chunk = Buffer.alloc(64 * 1024);
  const fill = (): void => {
    while (taken < 1e9 && !secure.destroyed) {
      taken += chunk.length;
      if (!secure.write(chunk)) return void secure.once('drain', fill);
    }
  };
  fill();
  let last = -1;
  await expect.poll(() => [last, (last = taken)], { interval: 300, timeout: 20_000 }).toSatisfy(([before, after]: number[]) => (before ?? 0) > 0 && before === after);
  expect(arrived).toBe(true);
  expect(taken).toBeLessThan(60e6);
  secure.destroy();
});

test('a 413 before the body is done reaches the agent that still sends', async () => {
  world.open.handler = (_request, response) => void response.writeHead(413, { Connection: 'close' }).end('too much');
  const secure = await openTunnel(world, open);
  const size = 4 * 1024 * 1024;
  secure.write(`POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${size}\r\n\r\n`);
  const answer = talk(secure, '', /too much/);
  secure.write(Buffer.alloc(size));
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  secure.destroy();
});

test('a refusal reaches an agent that still sends its body', async () => {
  await expectDenied(world, world.open, async () => {
    const secure = await openTunnel(world, open);
    secure.write(`POST /r.git/git-receive-pack HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 4194304\r\n\r\n`);
    const answer = talk(secure, '', wholeAnswer);
    secure.write(Buffer.alloc(4194304));
    expect(await answer).toMatch(/^HTTP\/1\.1 403 /);
    // The tunnel is still in step.
    expect(await talk(secure, get('evil.test'), wholeAnswer)).toMatch(/^HTTP\/1\.1 400 /);
    secure.destroy();
    return '';
  }).catch((error: Error) => expect(error.message).toContain('block'));
});

test('Expect: 100-continue asks for the body only after the policy said yes, and once', async () => {
  const secure = await openTunnel(world, open);
  const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`;
  expect(await talk(secure, head('/ok'), /\r\n\r\n$/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  const answer = await talk(secure, 'abc', wholeAnswer);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(world.open.requests.at(-1)?.body).toBe('abc');
  secure.destroy();
  const denied = await ask(world, open, head('/r.git/git-receive-pack'));
  expect(denied).toMatch(/^HTTP\/1\.1 403 /);
  expect(denied).not.toContain('100 Continue');
});

test('an agent that closes its sending side on plain http still gets the answer', async () => {
  const plain = await startUpstream(undefined);
  const host = `open.test:${plain.port}`;
  world.configure([{ host, private_addresses: true, plaintext: true }]);
  const arrived = new Promise<() => void>((resolve) => {
    plain.handler = (_request, response) => resolve(() => void response.end('late'));
  });
  const socket = await dialProxy(world);
  const answer = talk(socket, get(host, `http://${host}/`), /late/);
  const answerNow = await arrived;
  socket.end();
  // Our FIN has arrived once the proxy has had a turn after it.
  await once(socket, 'finish');
  answerNow();
  expect(await answer).toMatch(/late/);
  await plain.close();
});

test('a pooled connection that died is replaced for a GET, and a POST is never sent twice', async () => {
  await ask(world, open, get(open));
  let posts = 0;
  world.open.handler = (request, response) => {
    if (request.method === 'POST') posts++;
    request.socket.destroy();
    response.destroy();
  };
  const secure = await openTunnel(world, open);
  expect(await talk(secure, `POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 1\r\n\r\na`, wholeAnswer)).toMatch(/^HTTP\/1\.1 502 /);
  expect(posts).toBe(1);
  secure.destroy();
});

test('bytes after an answer do not become the next one', async () => {
  world.open.handler = (_request, response) => {
    response.socket?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  };
  const secure = await openTunnel(world, open);
  expect(await talk(secure, get(open), wholeAnswer)).toMatch(/ok$/);
  world.open.handler = answerOk;
  expect(await talk(secure, get(open), wholeAnswer)).not.toContain('evil');
  secure.destroy();
});

test('a removed route ends its tunnels, and an added one is there at once', async () => {
  const secure = await openTunnel(world, open);
  await talk(secure, get(open), wholeAnswer);
  const closed = once(secure, 'end');
  world.configure([usualRoutes(world)[0] ?? { host: 'x.test' }]);
  await closed;
  await expectDenied(world, world.open, async () => {
    const socket = await dialProxy(world);
    return talk(socket, `CONNECT ${open} HTTP/1.1\r\nHost: ${open}\r\n\r\n`);
  });
  world.configure(usualRoutes(world));
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test('a narrowed route binds the next request of an open tunnel', async () => {
  const secure = await openTunnel(world, open);
  expect(await talk(secure, get(open, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/a' }], methods: ['get'] }] }]);
  expect(await talk(secure, get(open, '/b'), wholeAnswer)).toMatch(/^HTTP\/1\.1 403 /);
  expect(await talk(secure, get(open, '/a/x?y'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await talk(secure, `DELETE /a HTTP/1.1\r\nHost: ${open}\r\n\r\n`, wholeAnswer)).toMatch(/^HTTP\/1\.1 403 /);
  secure.destroy();
});

test('a status text that HTTP does not allow is left out, and the answer passes', async () => {
  world.open.handler = (request) => void request.socket.write('HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok');
  expect(await ask(world, open, get(open, '/odd'))).toMatch(/^HTTP\/1\.1 200 \r\n[^]*ok$/);
  await expect.poll(() => world.log().at(-1)).toMatchObject({ verdict: 'allow', path: '/odd', status: 200 });
});
