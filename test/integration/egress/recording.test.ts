import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { liveFrom } from '../../../sidecars/egress/live.ts';
import { Proxy } from '../../../sidecars/egress/proxy.ts';
import { LineLog } from '../../../sidecars/runtime/lineLog.ts';
import { ask, expectDenied, get, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => world.configure(usualRoutes(world)));

test('level 0 records nothing, 1 only refusals, 2 everything', async () => {
  for (const [log, expected] of [[0, []], [1, ['block']], [2, ['allow', 'block']]] as const) {
    world.configure(usualRoutes(world), { log });
    const before = world.log().length;
    await ask(world, open, get(open));
    await ask(world, open, get(open, '/r.git/git-receive-pack'));
    expect(world.log().slice(before).map((line) => line.verdict)).toEqual(expected);
  }
});

test('a line tells who, where, how much and why', async () => {
  const before = world.log().length;
  await ask(world, open, `POST /p HTTP/1.1\r\nHost: ${open}\r\nContent-Length: 5\r\n\r\nhello`);
  await ask(world, open, get(open));
  const lines = world.log().slice(before);
  expect(lines[0]).toMatchObject({ slug: 'test', verdict: 'allow', method: 'POST', host: 'open.test', port: world.open.port, path: '/p', status: 200, bytesUp: 5, bytesDown: 2, reason: expect.stringMatching(/^allowed by the route for .* \(routes\[1\]\)$/) });
  expect(new Set(lines.map((line) => line.id)).size).toBe(2);
});

test('an exception while judging is a refusal, and the next request is served', async () => {
  const { live } = world.proxy;
  if (live === undefined) throw new Error('not configured');
  world.proxy.become({ ...live, credentials: { get: () => { throw new Error('broken'); } } as unknown as ReadonlyMap<string, string> });
  const allow = `allow.test:${world.allow.port}`;
  const { answer } = await expectDenied(world, world.allow, () => ask(world, allow, get(allow)));
  expect(answer).toMatch(/^HTTP\/1\.1 500 [\s\S]*egress: /);
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test('at level 2 a log that cannot be written stops everything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-full-'));
  const proxy = new Proxy(new LineLog('/dev/full'), async () => [{ address: '127.0.0.1', family: 4 }]);
  try {
    await proxy.listen(join(folder, 's'));
    proxy.become(liveFrom({ slug: 'full', routes: { log: 2, routes: [] }, credentials: {}, ca: createAuthority('full') }));
    const request = async (): Promise<string> => {
      const socket = connect(join(folder, 's'));
      await once(socket, 'connect');
      const answer = await talk(socket, get('x.test', 'http://x.test/'), wholeAnswer);
      socket.destroy();
      return answer;
    };
    expect(await request()).toMatch(/^HTTP\/1\.1 403 /);
    expect(await request()).toMatch(/^HTTP\/1\.1 503 [\s\S]*log cannot be written/);
  } finally {
    await proxy.close();
    rmSync(folder, { recursive: true });
  }
});
