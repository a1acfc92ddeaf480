import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ask, connectAnswer, dialProxy, expectDenied, get, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;
beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
  world.configure([...usualRoutes(world).slice(0, 1), { host: open, private_addresses: true, matches: [{ methods: ['GET'], paths: [{ value: '/api' }] }] }]);
});
afterAll(() => world.close());

/** What an agent can act on, whatever channel it came by. */
const denialSchema = z.strictObject({
  error: z.enum(['blocked', 'failed']),
  who: z.literal('bot-bottle egress proxy'),
  reason: z.string().startsWith('egress: '),
  clause: z.string().min(1),
  host: z.string(),
  hint: z.string().min(1),
  tool: z.string().nullable(),
  do_not_retry: z.boolean(),
});

const channels: readonly (readonly [name: string, status: number, tool: string | null, act: () => Promise<string>])[] = [
  ['CONNECT', 403, 'egress-block', () => refusedConnect('evil.test:443')],
  ['CONNECT by a number', 400, null, () => refusedConnect('2130706433:443')],
  ['a request in absolute form', 403, 'egress-block', () => plainly('GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n')],
  ['a request in a tunnel', 403, 'egress-block', () => ask(world, open, get(open, '/other'))],
  ['a request with a body', 403, 'egress-block', () => ask(world, open, `POST /api HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 3\r\n\r\nabc`)],
  ['a git push', 403, null, () => ask(world, open, get(open, '/api/r.git/info/refs?service=git-receive-pack'))],
  ['a WebSocket handshake', 426, 'egress-block', () => ask(world, open, get(open, '/api/socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'))],
];

test.each(channels)('%s is refused with %i in words an agent can act on, in body, status line and Proxy-Status', async (_name, status, tool, act) => {
  const { answer, line } = await expectDenied(world, world.open, act);
  const denied = denialSchema.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));
  expect(denied).toMatchObject({ tool, do_not_retry: true, clause: line.clause, reason: line.reason });
  expect(answer.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*by bot-bottle egress proxy: .*do not retry`));
  expect(answer).toMatch(/\r\nProxy-Status: bot-bottle; error=http_request_denied; details=".+"\r\n/i);
});

async function refusedConnect(authority: string): Promise<string> {
  const { socket, answer } = await connectAnswer(world, authority);
  socket.destroy();
  return answer;
}

async function plainly(text: string): Promise<string> {
  const socket = await dialProxy(world);
  const answer = await talk(socket, text, wholeAnswer);
  socket.destroy();
  return answer;
}
