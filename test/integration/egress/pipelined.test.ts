import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ServerResponse } from 'node:http';
import { answerOk } from './upstream.ts';
import { ask, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

const KIB = 1024;

let world: World;
let open: string;
/** Answers to `/hang` that are still to come. */
let hanging: ServerResponse[];
/** Counts of requests and lines when the test began. */
let since: { readonly requests: number; readonly lines: number };

beforeAll(async () => {
  world = await startWorld({}, { mostHeld: 1024 * KIB });
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  hanging = [];
  world.open.handler = (request, response) => {
    if (request.url === '/hang') return void hanging.push(response);
    request.resume().on('end', () => answerOk(request, response));
  };
  world.configure(usualRoutes(world));
  since = { requests: world.open.requests.length, lines: world.log().length };
});
afterEach(() => {
  for (const response of hanging) response.destroy();
});

const arrived = (): string[] => world.open.requests.slice(since.requests).map(({ url }) => url);
const lines = (): (readonly [string, string])[] => world.log().slice(since.lines).map(({ path, verdict }) => [path, verdict] as const);
const upload = (bytes: number, body: string): string => `POST /x HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${bytes}\r\n\r\n${body}`;

test('what stands behind an unanswered request is not sent before its turn: when the agent hangs up, what went out is what is on record', async () => {
  const secure = await openTunnel(world, open);
  secure.write(get(open, '/hang') + get(open, '/exfil?d=1') + get(open, '/exfil?d=2'));
  await expect.poll(() => hanging.length).toBe(1);
  // Its own tunnel passes beside: the proxy has read all three by now.
  expect(await ask(world, open, get(open, '/beside'))).toMatch(/^HTTP\/1\.1 200 /);
  secure.destroy();
  await expect.poll(lines).toEqual([['/beside', 'allow'], ['/hang', 'allow']]);
  await expect.poll(() => world.open.sockets.size).toBeLessThanOrEqual(1);
  expect(await ask(world, open, get(open, '/after'))).toMatch(/^HTTP\/1\.1 200 /);
  expect(arrived()).toEqual(['/hang', '/beside', '/after']);
  expect(lines().map(([path]) => path)).toEqual(['/beside', '/hang', '/after']);
});

test('an upload behind an unanswered request holds no room when the agent hangs up', async () => {
  const secure = await openTunnel(world, open);
  secure.write(get(open, '/hang') + upload(1024 * KIB, 'abc'));
  await expect.poll(() => hanging.length).toBe(1);
  expect(await ask(world, open, upload(900 * KIB, 'a'.repeat(900 * KIB)))).toMatch(/^HTTP\/1\.1 200 /);
  secure.destroy();
  await expect.poll(() => lines().length).toBe(2);
  expect(await ask(world, open, upload(1024 * KIB, 'a'.repeat(1024 * KIB)))).toMatch(/^HTTP\/1\.1 200 /);
});

test('all are answered in order, each with its line before the next is judged, bodies of any size between them', async () => {
  const secure = await openTunnel(world, open);
  const text = get(open, '/hang') + upload(300 * KIB, 'a'.repeat(300 * KIB)) + get(open, '/a') + get(open, '/b') + get(open, '/r.git/git-receive-pack') + get(open, '/last');
  const answers = talk(secure, text, { test: (read) => (read.match(/HTTP\/1\.1 (200|403) /g) ?? []).length === 6 });
  await expect.poll(() => hanging.length).toBe(1);
  for (const response of hanging) response.end('at last');
  expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200']);
  await expect.poll(() => lines().map(([path]) => path)).toEqual(['/hang', '/x', '/a', '/b', '/r.git/git-receive-pack', '/last']);
  expect(arrived()).toEqual(['/hang', '/x', '/a', '/b', '/last']);
  // The connection goes on.
  expect(await talk(secure, get(open, '/more'), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  secure.destroy();
});

test('what waits is judged by the routes of its turn', async () => {
  const secure = await openTunnel(world, open);
  const answers = talk(secure, get(open, '/hang') + get(open, '/b'), { test: (read) => /HTTP\/1\.1 403 [\s\S]*\}/.test(read) });
  await expect.poll(() => hanging.length).toBe(1);
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/hang' }] }] }]);
  for (const response of hanging) response.end('at last');
  expect(await answers).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 403 /);
  expect(arrived()).toEqual(['/hang']);
  secure.destroy();
});

test('behind an answer that only the end of the connection can end, nothing is sent', async () => {
  world.open.handler = (request, response) => {
    response.write('part, ');
    response.end(request.url);
  };
  const secure = await openTunnel(world, open);
  const answer = await talk(secure, `GET /last HTTP/1.0\r\nHost: ${open}\r\nConnection: keep-alive\r\n\r\n${get(open, '/behind')}`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\npart, \/last$/);
  expect(await ask(world, open, get(open, '/after'))).toMatch(/^HTTP\/1\.1 200 /);
  expect(arrived()).toEqual(['/last', '/after']);
  await expect.poll(lines).toEqual([['/last', 'allow'], ['/after', 'allow']]);
});

test('a flood behind an unanswered request ends the connection, and none of it goes out', async () => {
  const secure = await openTunnel(world, open);
  await talk(secure, get(open, '/hang') + get(open, '/flood').repeat(1000));
  await expect.poll(() => lines().map(([path, verdict]) => `${verdict} ${path}`)).toEqual(['block /flood', 'allow /hang']);
  expect(arrived().filter((path) => path !== '/hang')).toEqual([]);
});
