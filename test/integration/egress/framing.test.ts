import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerOk, rawValues } from './upstream.ts';
import { ask, dialProxy, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let host: string;

beforeAll(async () => {
  world = await startWorld();
  world.configure(usualRoutes(world));
  host = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.open.handler = answerOk;
});

const post = (headers: string, body: string, version = '1.1'): string => `POST /x HTTP/${version}\r\nHost: ${host}\r\n${headers}\r\n${body}`;
const refusedHeaders: readonly (readonly [string, string, string])[] = [
  ['length then chunked', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['chunked then length', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n'],
  ['two different lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n', 'abcde'],
  ['two equal lengths', 'Content-Length: 4\r\nContent-Length: 4\r\n', 'abcd'],
  ['a list of lengths', 'Content-Length: 1, 1\r\n', 'a'],
  ['a signed length', 'Content-Length: +1\r\n', 'a'],
  ['a hexadecimal length', 'Content-Length: 0x1\r\n', 'a'],
  ['a length of 20 digits', 'Content-Length: 99999999999999999999\r\n', 'a'],
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
  ['chunked under identity', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
  ['gzip under chunked', 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
  ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
  ['a vertical tab before chunked', 'Transfer-Encoding:\x0bchunked\r\n', '0\r\n\r\n'],
  ['a folded header', 'X-A: b\r\n c\r\nContent-Length: 1\r\n', 'a'],
  ['a bare CR in a value', 'X-A: b\rc\r\nContent-Length: 1\r\n', 'a'],
  ['a NUL in a value', 'X-A: b\0c\r\nContent-Length: 1\r\n', 'a'],
  ['an unknown expectation', 'Expect: 200-ok\r\nContent-Length: 1\r\n', 'a'],
];

describe('framing that two readers could take apart differently', () => {
  test.each(refusedHeaders)('%s is a 400 and nothing goes upstream', async (_name, headers, body) => {
    const { answer, line } = await expectDenied(world, world.open, () => ask(world, host, post(headers, body)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(line).toMatchObject({ status: 400, host: 'open.test' });
  });

  test('chunked in HTTP/1.0 is a 400', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, host, post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '1.0')));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('HTTP/0.9, HTTP/1.2 and the HTTP/2 preface are refused', async () => {
    for (const text of ['GET /\r\n\r\n', `GET / HTTP/1.2\r\nHost: ${host}\r\n\r\n`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      const { answer } = await expectDenied(world, world.open, () => ask(world, host, text));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test('bare line feeds are a 400', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, host, `GET / HTTP/1.1\nHost: ${host}\n\n`));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a flood of headers is refused before Node starts to drop them', async () => {
    for (const count of [201, 2502]) {
      const flood = Array.from({ length: count }, (_, i) => `X-${i}: 1\r\n`).join('');
      const { answer } = await expectDenied(world, world.open, () => ask(world, host, post(`${flood}Content-Length: 1\r\n`, 'a')));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test('chunk extensions and trailers do not reach the upstream', async () => {
    const before = world.open.requests.length;
    world.open.handler = (request, response) => void request.on('end', () => response.end(JSON.stringify(request.trailers)));
    const answer = await ask(world, host, post('Transfer-Encoding: chunked\r\nTrailer: X-T\r\n', '1;ghp_secret=1\r\na\r\n0\r\nX-T: ghp_secret\r\n\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('{}');
    expect(world.open.requests[before]).toMatchObject({ body: 'a' });
    expect(rawValues(world.open.requests[before]?.raw ?? [], 'trailer')).toEqual([]);
  });

  test('a 20 kB chunk extension is refused', async () => {
    const answer = await ask(world, host, post('Transfer-Encoding: chunked\r\n', `1;${'e'.repeat(20_000)}\r\na\r\n0\r\n\r\n`));
    expect(answer).not.toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('several requests on one tunnel', () => {
  test('each is judged by itself and answered in order', async () => {
    const secure = await openTunnel(world, host);
    const before = world.open.requests.length;
    const answer = await talk(secure, get(host, '/1') + get('allow.test:1', '/2') , { test: (text) => /HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 400[\s\S]*\}/.test(text) });
    expect(answer).toMatch(/HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 400/);
    expect(world.open.requests.slice(before).map((request) => request.url)).toEqual(['/1']);
    secure.destroy();
  });

  test('one glued behind a body is a request of its own', async () => {
    const secure = await openTunnel(world, host);
    const before = world.open.requests.length;
    const answer = await talk(secure, post('Content-Length: 3\r\n', 'abc') + get(host, '/a/../b'), { test: (text) => /HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 400[\s\S]*\}/.test(text) });
    expect(answer).toMatch(/HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 400/);
    expect(world.open.requests.slice(before).map((request) => request.body)).toEqual(['abc']);
    secure.destroy();
  });

  test('one that is denied leaves the next to be judged by itself', async () => {
    const secure = await openTunnel(world, host);
    const before = world.open.requests.length;
    const answer = await talk(secure, get(host, '/r.git/git-receive-pack') + get(host, '/fine'), { test: (text) => /HTTP\/1\.1 403[\s\S]*HTTP\/1\.1 200[\s\S]*ok$/.test(text) });
    expect(answer).toMatch(/^HTTP\/1\.1 403[\s\S]*HTTP\/1\.1 200/);
    expect(world.open.requests.slice(before).map((request) => request.url)).toEqual(['/fine']);
    secure.destroy();
  });

  test.each([
    ['a coding that hides where it ends', () => post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
    ['no Host', () => 'GET / HTTP/1.1\r\nX: y\r\n\r\n'],
    ['another Host', () => get('evil.test')],
    ['a path two servers read differently', () => get(host, '/a/../b')],
    ['the wish to be the last', () => get(host, '/r.git/git-receive-pack', 'Connection: close\r\n')],
  ])('what stands behind one refused for %s is not read', async (_name, text) => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, host, text() + get(host, '/behind')));
    expect(answer).not.toMatch(/^HTTP\/1\.1 200 /m);
  });

  test('a CONNECT behind a request that is not answered yet, or was the last, opens nothing', async () => {
    for (const text of [`GET http://${host}/ HTTP/1.1\r\nHost: evil.test\r\n\r\n`, `GET http://_egress.local/allowlist HTTP/1.1\r\nHost: _egress.local\r\nConnection: close\r\n\r\n`]) {
      const socket = await dialProxy(world);
      const answer = await talk(socket, `${text}CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(answer).not.toContain('Connection Established');
    }
  });

  test('the body of a GET is framed anew and passes', async () => {
    const before = world.open.requests.length;
    expect(await ask(world, host, post('Content-Length: 4\r\n', 'body').replace('POST', 'GET'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests[before]).toMatchObject({ method: 'GET', body: 'body' });
  });

  test('204, 304 and HEAD leave the tunnel in step', async () => {
    const secure = await openTunnel(world, host);
    world.open.handler = (request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, status === 200 ? { 'Content-Length': '7' } : {}).end();
    };
    for (const status of [204, 304]) expect(await talk(secure, get(host, `/${status}`), wholeAnswer)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const head = await talk(secure, `HEAD /200 HTTP/1.1\r\nHost: ${host}\r\n\r\n`, /\r\n\r\n$/);
    expect(head).toMatch(/content-length: 7/i);
    world.open.handler = answerOk;
    expect(await talk(secure, get(host), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok/);
    secure.destroy();
  });

  test('103 early hints are not taken for the answer', async () => {
    world.open.handler = (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('late');
    };
    expect(await ask(world, host, get(host))).toMatch(/^HTTP\/1\.1 200 [\s\S]*late/);
  });
});

describe('headers', () => {
  test('a header named in Connection is dropped, and an injected one cannot be', async () => {
    const authority = `allow.test:${world.allow.port}`;
    const before = world.allow.requests.length;
    await ask(world, authority, get(authority, '/', 'Connection: authorization, x-gone\r\nX-Gone: 1\r\nX-Stays: 1\r\n'));
    const raw = world.allow.requests[before]?.raw ?? [];
    expect(rawValues(raw, 'x-gone')).toEqual([]);
    expect(rawValues(raw, 'x-stays')).toEqual(['1']);
    expect(rawValues(raw, 'authorization')).toHaveLength(1);
  });

  test('headers that rewrite host, path or method are stripped', async () => {
    const before = world.open.requests.length;
    await ask(world, host, get(host, '/', 'X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-Forwarded-Host: evil.test\r\nForwarded: host=evil.test\r\nX-HTTP-Method-Override: DELETE\r\nX-Forwarded-Url: /admin\r\nX-Forwarded-Anything: evil\r\nX-Real-IP: evil\r\nX-Rewrite-Uri: /admin\r\n'));
    expect((world.open.requests[before]?.raw ?? []).join(' ')).not.toMatch(/admin|evil|DELETE/);
  });

  test('so are they with underscores, in which gateways find the same variable', async () => {
    const before = world.open.requests.length;
    await ask(world, host, get(host, '/', 'X_Original_URL: /admin\r\nX_Rewrite-Url: /admin\r\nX_FORWARDED_HOST: evil.test\r\nX_HTTP_Method_Override: DELETE\r\nProxy_Authorization: evil\r\nX_Stays: 1\r\n'));
    const raw = world.open.requests[before]?.raw ?? [];
    expect(raw.join(' ')).not.toMatch(/admin|evil|DELETE/);
    expect(rawValues(raw, 'x_stays')).toEqual(['1']);
  });

  test('a credential of the agent\'s own with underscores does not stand beside ours', async () => {
    const authority = `allow.test:${world.allow.port}`;
    const before = world.allow.requests.length;
    await ask(world, authority, get(authority, '/', 'X_Api_Key: forged\r\nPrivate_Token: forged\r\n'));
    const raw = world.allow.requests[before]?.raw ?? [];
    expect(raw.join(' ')).not.toContain('forged');
    expect(rawValues(raw, 'authorization')).toHaveLength(1);
  });

  test('Alt-Svc does not reach the agent', async () => {
    world.open.handler = (_request, response) => void response.setHeader('Alt-Svc', 'h3=":443"').end('ok');
    expect(await ask(world, host, get(host))).not.toMatch(/alt-svc/i);
  });

  test('WebSocket is answered 426 in JSON, and h2c is ignored', async () => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, host, get(host, '/', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n')));
    expect(answer).toMatch(/^HTTP\/1\.1 426 [\s\S]*"do_not_retry":true/);
    const before = world.open.requests.length;
    expect(await ask(world, host, get(host, '/', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
    expect((world.open.requests[before]?.raw ?? []).join(' ')).not.toMatch(/h2c|http2/i);
  });

  test('TRACE and a CONNECT inside the tunnel are denied', async () => {
    const trace = await expectDenied(world, world.open, () => ask(world, host, `TRACE / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    expect(trace.answer).toMatch(/^HTTP\/1\.1 403 /);
    const connect = await expectDenied(world, world.open, () => ask(world, host, `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    expect(connect.answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('a request that carries our own Via is a loop', async () => {
    const before = world.open.requests.length;
    await ask(world, host, get(host));
    const [via] = rawValues(world.open.requests[before]?.raw ?? [], 'via');
    const { answer } = await expectDenied(world, world.open, () => ask(world, host, get(host, '/', `Via: ${via}\r\n`)));
    expect(answer).toMatch(/^HTTP\/1\.1 508 /);
  });
});

test('a proxy request in origin form is refused', async () => {
  const socket = await dialProxy(world);
  expect(await talk(socket, get('open.test'), wholeAnswer)).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
});
