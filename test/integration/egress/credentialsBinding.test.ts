import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ControlClient } from '../../../extension/core/egress/controlClient.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { Incident } from '../../../schemas/protocol/incident.ts';
import { controlHandler } from '../../../sidecars/egress/control.ts';
import { startControlServer } from '../../../sidecars/runtime/controlServer.ts';
import type { ControlServer } from '../../../sidecars/runtime/controlServer.ts';
import { LineLog } from '../../../sidecars/runtime/lineLog.ts';
import { until } from '../../support/until.ts';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, connectAnswer, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let server: ControlServer;
let log: LineLog;
let client: ControlClient;
let allow: string;
let open: string;

/** A proxy of its own with its control channel: an incident is for good. */
async function start(): Promise<void> {
  world = await startWorld();
  allow = `allow.test:${world.allow.port}`;
  open = `open.test:${world.open.port}`;
  log = new LineLog(join(world.folder, 'control.jsonl'));
  const path = join(world.folder, 'control.sock');
  server = await startControlServer(path, controlHandler(world.proxy, log, () => undefined));
  const stream = connect({ path });
  await once(stream, 'connect');
  client = await ControlClient.connect(stream);
  world.configure(usualRoutes(world));
}

async function end(): Promise<void> {
  await client.close();
  server.close();
  log.close();
  await world.close();
}

describe('a change of routes that comes by the control channel', () => {
  beforeAll(start);
  afterAll(end);
  beforeEach(() => {
    world.allow.handler = answerOk;
    world.configure(usualRoutes(world));
  });

  const bound = (): Route => ({ host: allow, auth_scheme: 'Bearer', token_env: 'SLOT', private_addresses: true });

  test('cannot move a credential to another host, and the last good policy stays', async () => {
    const moved: Route[] = [{ ...bound(), host: open }];
    await expect(client.replaceRoutes({ log: 2, routes: moved })).rejects.toThrow(new RegExp(`SLOT to open\\.test:${world.open.port}; it was given for allow\\.test:${world.allow.port} only`));
    const before = world.open.requests.length;
    expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.open.requests.slice(before).map(({ raw }) => raw.join(' ')).join()).not.toContain(SECRET);
    await ask(world, allow, get(allow));
    expect(rawValues(world.allow.requests.at(-1)?.raw ?? [], 'authorization')).toEqual([`Bearer ${SECRET}`]);
  });

  test('cannot move it in two steps: a slot stays bound while no route names it', async () => {
    await client.replaceRoutes({ log: 2, routes: [{ host: open, private_addresses: true }] });
    await expect(client.replaceRoutes({ log: 2, routes: [{ ...bound(), host: open }] })).rejects.toThrow('it was given for');
    await client.replaceRoutes({ log: 2, routes: [bound()] });
    expect(await ask(world, allow, get(allow))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('cannot write it in another way, or name one that does not exist', async () => {
    await expect(client.replaceRoutes({ log: 2, routes: [{ ...bound(), auth_scheme: 'query:key' }] })).rejects.toThrow('was given as Bearer only');
    await expect(client.replaceRoutes({ log: 2, routes: [bound(), { host: open, auth_scheme: 'Bearer', token_env: 'OTHER' }] })).rejects.toThrow('OTHER, which does not exist');
  });

  test('may narrow the route of a credential, and add one that a person gives a value', async () => {
    const narrow: Route = { ...bound(), matches: [{ methods: ['POST'] }] };
    await client.replaceRoutes({ log: 2, routes: [narrow, { host: open, auth_scheme: 'token', token_env: 'NEW', private_addresses: true }] }, { SLOT: SECRET, NEW: 'second-credential' });
    await expectDenied(world, world.allow, () => ask(world, allow, get(allow)));
    await ask(world, open, get(open));
    expect(rawValues(world.open.requests.at(-1)?.raw ?? [], 'authorization')).toEqual(['token second-credential']);
    await expect(client.replaceRoutes({ log: 2, routes: [{ ...bound(), token_env: 'NEW' }] })).rejects.toThrow('it was given for open.test');
  });
});

describe('an incident', () => {
  const told: Incident[] = [];
  beforeAll(async () => {
    await start();
    client.onIncident((incident) => told.push(incident));
    await client.follow(0, () => undefined);
  });
  afterAll(end);

  test('closes everything, cuts what is in flight, and is told to the host', async () => {
    const tunnel = await openTunnel(world, open);
    const waiting = await openTunnel(world, allow);
    world.allow.handler = () => undefined;
    waiting.write(get(allow, '/slow'));
    await until('the request to have arrived', () => world.allow.requests.at(-1)?.url === '/slow');
    expect(await client.health()).toMatchObject({ incident: null });

    world.proxy.incidents.sighted([{ detector: 'canary', rule: 'the variable BAIT', where: 'body' }], { host: 'open.test', port: 443, method: 'POST' });

    const incident = { canary: 'the variable BAIT', host: 'open.test', port: 443, method: 'POST', where: 'body' };
    await until('the host to be told', () => told.length > 0);
    expect(told).toEqual([{ ...incident, at: expect.stringMatching(/^\d{4}-/) }]);
    expect(await client.health()).toMatchObject({ incident });
    await until('the request to be cut', () => world.allow.sockets.size === 0);

    const { answer: inside } = await expectDenied(world, world.open, () => talk(tunnel, get(open), wholeAnswer));
    expect(inside).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"incident"[\s\S]*"do_not_retry":true/);
    const { answer: outside, line } = await expectDenied(world, world.open, async () => (await connectAnswer(world, open)).answer);
    expect(outside).toMatch(/^HTTP\/1\.1 403 [\s\S]*the variable BAIT/);
    expect(line.reason).toContain('closed');
    tunnel.destroy();
    waiting.destroy();
  });

  test('is told to a host that comes later, and outlives a new configuration', async () => {
    world.configure(usualRoutes(world));
    told.length = 0;
    await client.follow(0, () => undefined);
    await until('the host to be told', () => told.length > 0);
    await expectDenied(world, world.allow, async () => (await connectAnswer(world, allow)).answer);
  });
});
