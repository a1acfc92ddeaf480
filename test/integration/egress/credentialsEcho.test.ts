import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, get, openTunnel, startWorld, talk, usualRoutes } from './world.ts';
import type { World } from './world.ts';

let world: World;
let allow: string;

beforeAll(async () => {
  world = await startWorld();
  allow = `allow.test:${world.allow.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.allow.handler = answerOk;
  world.configure(usualRoutes(world));
});

const blotted = '*'.repeat(SECRET.length);
/** What a debug endpoint answers: the request's own headers. */
const mirror = (request: IncomingMessage): string => JSON.stringify(request.headers);

async function answerTo(handler: (request: IncomingMessage, response: ServerResponse) => void, text = get(allow)): Promise<string> {
  world.allow.handler = handler;
  const answer = await ask(world, allow, text);
  expect(answer).not.toContain(SECRET);
  expect(answer).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 24));
  return answer;
}

test('a body that repeats the request keeps its length and loses the credential', async () => {
  const answer = await answerTo((request, response) => {
    const body = mirror(request);
    response.writeHead(200, { 'Content-Length': body.length }).end(body);
  });
  expect(answer).toContain(`"authorization":"Bearer ${blotted}"`);
  expect(world.log().at(-1)).toMatchObject({ verdict: 'allow', injected: true, findings: [{ detector: 'echo', rule: 'credential', where: 'response body' }] });
});

test('a header and a status text lose it too, and the log says which header', async () => {
  const answer = await answerTo((request, response) => response.writeHead(200, `hello ${request.headers.authorization}`, { 'X-Seen': String(request.headers.authorization), 'Set-Cookie': `t=${SECRET}; Path=/` }).end('ok'));
  expect(answer).toContain(`Bearer ${blotted}`);
  expect(answer).toContain(`t=${blotted}; Path=/`);
  expect(world.log().at(-1)?.findings.map((one) => one.where)).toEqual(['response header x-seen', 'response header set-cookie']);
});

test('an error answer is no exception', async () => {
  expect(await answerTo((request, response) => response.writeHead(500).end(mirror(request)))).toMatch(/^HTTP\/1\.1 500 [\s\S]*\*{10}/);
});

test('a credential cut into pieces of one byte is found', async () => {
  const answer = await answerTo(async (request, response) => {
    for (const byte of mirror(request)) if (!response.write(byte)) await new Promise((resolve) => response.once('drain', resolve));
    response.end();
  });
  expect(answer.replace(/\r\n[0-9a-f]+\r\n/g, '')).toContain(blotted);
});

test.each([
  ['base64', (text: string) => Buffer.from(text).toString('base64')],
  ['hexadecimal', (text: string) => Buffer.from(text).toString('hex')],
])('a credential in %s is found', async (_name, code) => {
  expect(await answerTo((request, response) => response.end(code(mirror(request))))).toContain('**********');
});

describe('an upstream that got a credential', () => {
  test('is asked for a plain answer, whatever the agent accepts', async () => {
    await answerTo(answerOk, get(allow, '/', 'Accept-Encoding: gzip, br\r\n'));
    expect(rawValues(world.allow.requests.at(-1)?.raw ?? [], 'accept-encoding')).toEqual(['identity']);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('and compresses with %s all the same is read, and passed on plain', async (coding, compress) => {
    const answer = await answerTo((request, response) => response.writeHead(200, { 'Content-Encoding': coding, ETag: '"1"' }).end(compress(Buffer.from(mirror(request)))));
    expect(answer).toContain(blotted);
    expect(answer).not.toMatch(/content-encoding/i);
  });

  test('and uses a coding nobody can read is refused', async () => {
    const answer = await answerTo((request, response) => response.writeHead(200, { 'Content-Encoding': 'exotic' }).end(mirror(request)));
    expect(answer).toMatch(/^HTTP\/1\.1 502 [\s\S]*exotic/);
  });

  test('and lies about its coding is cut off', async () => {
    const answer = await answerTo((request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(mirror(request)));
    expect(answer).not.toContain('host');
  });
});

test('answers without a body keep their headers', async () => {
  const answer = await answerTo((_request, response) => response.writeHead(200, { 'Content-Length': 17, 'Content-Encoding': 'gzip' }).end(), `HEAD / HTTP/1.1\r\nHost: ${allow}\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/content-length: 17/i);
});

test('an event of a stream is passed on before the next one is sent', async () => {
  const secure = await openTunnel(world, allow);
  const held: ServerResponse[] = [];
  world.allow.handler = (_request, response) => {
    held.push(response);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: one\n\n');
  };
  expect(await talk(secure, get(allow), /data: one\n\n/)).toContain('data: one');
  held[0]?.end('data: two\n\n');
  secure.destroy();
});

test('a route without a credential passes its answers as they are', async () => {
  const open = `open.test:${world.open.port}`;
  world.open.handler = (_request, response) => response.writeHead(200, { 'Content-Encoding': 'exotic' }).end('anything');
  expect(await ask(world, open, get(open))).toMatch(/content-encoding: exotic[\s\S]*anything/i);
});

test.each(['constructor', '__proto__', 'x-own'])('an answer coded as %s is refused at once, with its line in the log', async (coding) => {
  const lines = world.log().length;
  expect(await answerTo((_request, response) => response.writeHead(200, { 'Content-Encoding': coding }).end('ok'))).toMatch(/^HTTP\/1\.1 502 /);
  await expect.poll(() => world.log().length).toBe(lines + 1);
});

test.each([
  ['gzip', Buffer.alloc(0), ''],
  ['deflate', deflateRawSync('plain enough'), 'plain enough'],
])('an answer coded as %s in a way that servers use passes decoded', async (coding, body, text) => {
  const answer = await answerTo((_request, response) => response.writeHead(200, { 'Content-Encoding': coding, 'Content-Length': body.length }).end(body));
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/0\r\n\r\n$/);
  expect(answer).toContain(text);
});
