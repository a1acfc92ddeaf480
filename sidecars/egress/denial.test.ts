import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { denial, denialBody, sendRawDenial } from './denial.ts';

const refused = denial(403, 'routes', 'https://evil.test:443 is not listed', 'evil.test', 'Propose a route for it, or do without.');

test('a refusal says who, why, what to do and not to try again', () => {
  expect(JSON.parse(denialBody(refused))).toEqual({
    error: 'blocked',
    who: 'bot-bottle egress proxy',
    reason: 'egress: https://evil.test:443 is not listed',
    clause: 'routes',
    host: 'evil.test',
    hint: 'Propose a route for it, or do without.',
    tool: 'egress-block',
    do_not_retry: true,
  });
});

test.each([
  ['routes[0].matches', 'egress-block'],
  ['routes[2].git.fetch', 'egress-block'],
  ['routes[0].deny', null],
  ['routes[0].deny[2]', null],
  ['plaintext', 'egress-block'],
  ['address', 'egress-block'],
  ['framing', null],
  ['incident', null],
  ['credential', null],
])('a refusal by %s names the tool %s', (clause, tool) => {
  expect(JSON.parse(denialBody(denial(403, clause, 'r', 'h', '')))).toMatchObject({ tool });
});

test('what passes with time may be tried again', () => {
  expect(JSON.parse(denialBody(denial(503, 'starting', 'r', 'h', '')))).toMatchObject({ do_not_retry: false, error: 'failed' });
});

test('a refused CONNECT tells clients that show only the status line', async () => {
  const socket = new PassThrough();
  sendRawDenial(refused, socket);
  const [line = '', ...rest] = (await text(socket)).split('\r\n');
  expect(line).toBe('HTTP/1.1 403 Blocked by bot-bottle egress proxy: https://evil.test:443 is not listed (do not retry)');
  expect(rest.find((one) => one.startsWith('Proxy-Status: '))).toContain('is not listed (do not retry)"');
});

test('no text of the agent breaks out of the status line', async () => {
  const socket = new PassThrough();
  sendRawDenial(denial(403, 'routes', `a\r\nX-Forged: "1"\u2028${'x'.repeat(400)}`, 'h', ''), socket);
  const head = (await text(socket)).split('\r\n\r\n')[0] ?? '';
  expect(head.split('\r\n').filter((line) => line.startsWith('X-Forged'))).toEqual([]);
  expect(head.split('\r\n')[0]?.length).toBeLessThan(200);
});
