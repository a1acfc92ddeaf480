import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAuthority } from '../../../extension/core/egress/ca.ts';
import { ControlClient } from '../../../extension/core/egress/controlClient.ts';
import type { FollowedLine } from '../../../extension/core/egress/controlClient.ts';
import { logCheck } from '../../../extension/core/egress/logCheck.ts';
import { readLog } from '../../../extension/core/egress/logReader.ts';
import { sessionUsageSchema } from '../../../schemas/protocol/egressUsage.ts';
import type { SessionUsage } from '../../../schemas/protocol/egressUsage.ts';
import { controlHandler } from '../../../sidecars/egress/control.ts';
import { liveFrom } from '../../../sidecars/egress/live.ts';
import { Proxy } from '../../../sidecars/egress/proxy.ts';
import { startControlServer } from '../../../sidecars/runtime/controlServer.ts';
import { LineLog } from '../../../sidecars/runtime/lineLog.ts';
import type { LineLogLimits } from '../../../sidecars/runtime/lineLog.ts';
import { answerOk, startUpstream } from './upstream.ts';
import { ask, expectDenied, get, here, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
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

test('a request that is broken off has one line, and says so', async () => {
  let answering: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answering = resolve));
  world.open.handler = (_request, response) => {
    response.write('half');
    answering();
  };
  try {
    const before = world.log().length;
    const secure = await openTunnel(world, open);
    secure.write(get(open, '/long'));
    await answered;
    secure.destroy();
    await expect.poll(() => world.log().slice(before)).toMatchObject([{ verdict: 'allow', path: '/long', reason: expect.stringContaining('hung up') }]);
  } finally {
    world.open.handler = answerOk;
  }
});

test('what a request says cannot become a line, or a part of one', async () => {
  const before = world.log().length;
  await ask(world, open, get(open, '/a%0a%7b%22verdict%22%3a%22allow%22%7d?token=hidden&x=%1b[2J'));
  await ask(world, open, `GET /\u2028 HTTP/1.1\r\nHost: ${open}\r\n\r\n`);
  const text = readFileSync(join(world.folder, 'log.jsonl'), 'utf8');
  expect(world.log()).toHaveLength(before + 2);
  expect(text).not.toContain('hidden');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028]/);
});

/** A proxy of its own with one open route, and a log in `folder`. */
async function small(folder: string, level: 1 | 2, limits?: LineLogLimits) {
  const log = new LineLog(join(folder, 'log.jsonl'), limits);
  const proxy = new Proxy(log, async () => here);
  const socketPath = join(folder, 's');
  await proxy.listen(socketPath);
  proxy.become(liveFrom({ slug: 'small', routes: { log: level, routes: [{ host: open, plaintext: true, private_addresses: true }] }, credentials: {}, ca: createAuthority('small') }));
  return {
    proxy,
    log,
    async request(host: string, path = '/'): Promise<string> {
      const socket = connect(socketPath);
      await once(socket, 'connect');
      const answer = await talk(socket, `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, wholeAnswer);
      socket.destroy();
      return answer;
    },
  };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-log-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('at level 2 a log that cannot be written stops everything', () =>
  inFolder(async (folder) => {
    symlinkSync('/dev/full', join(folder, 'log.0.jsonl'));
    const { proxy, request } = await small(folder, 2);
    expect(await request('x.test')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await request('x.test')).toMatch(/^HTTP\/1\.1 503 [\s\S]*log cannot be written/);
    await proxy.close();
  }));

test('at level 1 it stops nothing, and the loss is counted and told by doctor', () =>
  inFolder(async (folder) => {
    symlinkSync('/dev/full', join(folder, 'log.0.jsonl'));
    const { proxy, log, request } = await small(folder, 1);
    for (let i = 0; i < 3; i++) expect(await request('x.test')).toMatch(/^HTTP\/1\.1 403 /);
    expect(log.missing).toBe(3);
    const control = await startControlServer(join(folder, 'c'), controlHandler(proxy, log, () => undefined));
    expect(await logCheck('small', { control: async () => connect(join(folder, 'c')) })).toMatchObject({ ok: false, detail: '3 lines of the egress log could not be written' });
    control.close();
    await proxy.close();
  }));

test.skipIf(process.getuid?.() !== 0)('a disk that is full and then is not: a line says how many are missing, and requests pass again', () =>
  inFolder(async (folder) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    try {
      const { proxy, request } = await small(folder, 2);
      expect(await request('before.test')).toMatch(/^HTTP\/1\.1 403 /);
      const ballast = openSync(join(folder, 'ballast'), 'w');
      expect(() => {
        for (;;) writeSync(ballast, Buffer.alloc(4096));
      }).toThrow('ENOSPC');
      closeSync(ballast);
      let refused = 0;
      for (let answer = ''; !answer.includes('log cannot be written'); refused++) answer = await request('x.test', `/${'x'.repeat(1500)}`);
      rmSync(join(folder, 'ballast'));
      expect(await request('still-closed.test')).toMatch(/^HTTP\/1\.1 503 /);
      expect(await request('open-again.test')).toMatch(/^HTTP\/1\.1 403 /);
      const lines = [];
      for await (const { line } of readLog(join(folder, 'log.jsonl'), 0)) lines.push(line);
      const gap = lines.findIndex((line) => line.event === 'gap');
      const missing = Number(/(\d+) lines? (?:is|are) missing/.exec(lines[gap]?.reason ?? '')?.[1]);
      expect(lines.slice(gap + 1).map((line) => line.host)).toEqual(['still-closed.test', 'open-again.test']);
      expect(missing + gap - 1).toBe(refused);
      await proxy.close();
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  }));

test('through rotations every line reaches followers and readers once, from any offset', () =>
  inFolder(async (folder) => {
    const limits = { segmentBytes: 2000, keptSegments: 100 };
    const { proxy, log, request } = await small(folder, 2, limits);
    const control = await startControlServer(join(folder, 'c'), controlHandler(proxy, log, () => undefined));
    const client = await ControlClient.connect(connect(join(folder, 'c')));
    const told: FollowedLine[] = [];
    await client.follow(0, (line) => told.push(line));
    const hosts = Array.from({ length: 60 }, (_none, i) => `h${i}.test`);
    for (let i = 0; i < hosts.length; i += 10) await Promise.all(hosts.slice(i, i + 10).map((host) => request(host)));
    await expect.poll(() => told.length).toBe(hosts.length);
    const read = [];
    for await (const { line, offset } of readLog(join(folder, 'log.jsonl'), 0)) read.push({ line, offset });
    expect(told.map(({ line, offset }) => ({ line, offset }))).toEqual(read);
    expect(new Set(read.map(({ line }) => line.host))).toEqual(new Set(hosts));
    expect(new Set(told.map(({ segment }) => segment)).size).toBeGreaterThan(5);

    const middle = told[30]?.offset ?? 0;
    const late = await ControlClient.connect(connect(join(folder, 'c')));
    const rest: FollowedLine[] = [];
    await late.follow(middle, (line) => rest.push(line));
    await expect.poll(() => rest).toEqual(told.slice(31));
    await Promise.all([client.close(), late.close()]);
    control.close();
    await proxy.close();
  }));

test('a log of bounded size keeps its newest lines', () =>
  inFolder(async (folder) => {
    const { proxy, request } = await small(folder, 2, { segmentBytes: 2000, keptSegments: 3 });
    for (let i = 0; i < 40; i++) await request(`h${i}.test`);
    const hosts = [];
    let missed = 0;
    for await (const entry of readLog(join(folder, 'log.jsonl'), 0)) {
      hosts.push(entry.line.host);
      missed = entry.missed;
    }
    expect(hosts.at(-1)).toBe('h39.test');
    expect(hosts.length).toBeLessThan(25);
    expect(missed).toBeGreaterThan(2000);
    await proxy.close();
  }));

test('a follower that does not read holds up no request, and gets every line when it does', () =>
  inFolder(async (folder) => {
    const { proxy, log, request } = await small(folder, 2);
    const control = await startControlServer(join(folder, 'c'), controlHandler(proxy, log, () => undefined));
    const carrier = connect(join(folder, 'c'));
    const client = await ControlClient.connect(carrier);
    const told: string[] = [];
    await client.follow(0, ({ line }) => told.push(line.host));
    carrier.pause();
    // More than the buffers of the socket hold.
    const filler = `/${'x'.repeat(2000)}`;
    for (let i = 0; i < 250; i++) expect(await request(`h${i}.test`, filler)).toMatch(/^HTTP\/1\.1 403 /);
    carrier.resume();
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(250);
    expect(told).toEqual(Array.from({ length: 250 }, (_none, i) => `h${i}.test`));
    await client.close();
    control.close();
    await proxy.close();
  }));

test('the use of routes is told to those that follow, and is in a file beside the log', () =>
  inFolder(async (folder) => {
    const upstream = await startUpstream(undefined);
    const { proxy, log, request } = await small(folder, 1);
    const control = await startControlServer(join(folder, 'c'), controlHandler(proxy, log, () => undefined));
    const client = await ControlClient.connect(connect(join(folder, 'c')));
    const told: SessionUsage[] = [];
    client.onUsage((usage) => told.push(usage));
    await client.follow(0, () => undefined);
    const host = `open.test:${upstream.port}`;
    proxy.become(liveFrom({ slug: 'small', routes: { log: 1, routes: [{ host, plaintext: true, private_addresses: true }] }, credentials: {}, ca: createAuthority('small') }));
    expect(await request(host)).toMatch(/^HTTP\/1\.1 200 /);
    await request('x.test');
    await expect.poll(() => told.at(-1)).toMatchObject({ allowed: 1, blocked: 1, routes: { [host]: { hits: 1, bytesDown: 2 } } });
    expect(sessionUsageSchema.parse(JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8')))).toEqual(told.at(-1));
    await client.close();
    control.close();
    await proxy.close();
    await upstream.close();
  }));
