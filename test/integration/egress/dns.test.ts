import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerOk, startUpstream } from './upstream.ts';
import { ask, connectAnswer, dialProxy, expectDenied, get, here, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

let world: World;
let open: string;
/** Names that were resolved, in order. */
let resolved: string[];

beforeAll(async () => {
  world = await startWorld();
  open = `open.test:${world.open.port}`;
  const { get: lookup } = world.names;
  world.names.get = (name) => {
    resolved.push(name);
    return lookup.call(world.names, name);
  };
});
afterAll(() => world.close());
beforeEach(async () => {
  world.open.handler = answerOk;
  world.names.set('open.test', here);
  for (const socket of world.open.sockets) socket.destroy();
  await expect.poll(() => world.open.sockets.size).toBe(0);
  world.configure(usualRoutes(world));
  resolved = [];
});

test('a name is resolved once for each connection, and what was checked is what is dialled', async () => {
  let answers = 0;
  const { get: counting } = world.names;
  world.names.get = (name) => (answers++ === 0 ? here : (counting.call(world.names, name), [{ address: '169.254.169.254', family: 4 }]));
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(answers).toBe(1);
  // The kept connection needs no second answer.
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
  expect(answers).toBe(1);
  world.names.get = counting;
});

test('nothing is resolved for what is refused: an unlisted name, a wrong path, a finding', async () => {
  world.configure([{ host: open, private_addresses: true, matches: [{ paths: [{ value: '/a' }] }] }], { secrets: [{ kind: 'environment', name: 'KEY', value: 'c0rrect-h0rse-battery-9917', home: [] }] });
  await expectDenied(world, world.open, async () => (await connectAnswer(world, 'secret-data.evil.test:443')).answer);
  await expectDenied(world, world.open, () => ask(world, open, get(open, '/b')));
  await expectDenied(world, world.open, () => ask(world, open, get(open, '/a?c0rrect-h0rse-battery-9917')));
  expect(resolved).toEqual([]);
});

test('a second address is tried when the first does not answer', async () => {
  world.names.set('open.test', [{ address: '::1', family: 6 }, ...here]);
  expect(await ask(world, open, get(open))).toMatch(/^HTTP\/1\.1 200 /);
});

test('a name without an address is a 502 that says so', async () => {
  world.names.set('open.test', []);
  const answer = await ask(world, open, get(open));
  expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  expect(world.log().at(-1)).toMatchObject({ status: 502 });
});

test.each(['10.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::1', 'fe80::1', '::1'])('a public and a forbidden address (%s) in one answer are refused together, whichever comes first', async (address) => {
  world.configure([{ host: open }]);
  const bad = { address, family: address.includes(':') ? 6 : 4 };
  const good = { address: '93.184.215.14', family: 4 };
  for (const answer of [[good, bad], [bad, good]]) {
    world.names.set('open.test', answer);
    const denied = await expectDenied(world, world.open, () => ask(world, open, get(open)));
    expect(denied.answer).toMatch(/^HTTP\/1\.1 403 /);
  }
});

test('an address of a listed name is not listed itself', async () => {
  const { answer } = await expectDenied(world, world.open, async () => (await connectAnswer(world, `127.0.0.1:${world.open.port}`)).answer);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

describe('a wildcard', () => {
  test('stands for one label, and each name is resolved, pooled and logged as itself', async () => {
    const plain = await startUpstream(undefined);
    const at = (name: string): string => `${name}:${plain.port}`;
    for (const name of ['a.wild.test', 'b.wild.test', 'wild.test', 'a.b.wild.test', 'xwild.test']) world.names.set(name, here);
    world.configure([{ host: at('*.wild.test'), private_addresses: true, plaintext: true }]);
    const through = async (name: string): Promise<string> => talk(await dialProxy(world), get(at(name), `http://${at(name)}/`), wholeAnswer);
    for (const name of ['a.wild.test', 'B.Wild.test.']) expect(await through(name)).toMatch(/^HTTP\/1\.1 200 /);
    expect(plain.requests.map((request) => request.raw[1])).toEqual([at('a.wild.test'), at('b.wild.test')]);
    expect(resolved).toEqual(['a.wild.test', 'b.wild.test']);
    expect(world.log().slice(-2).map((line) => line.host)).toEqual(['a.wild.test', 'b.wild.test']);
    for (const name of ['wild.test', 'a.b.wild.test', 'xwild.test', '*.wild.test']) {
      const { answer } = await expectDenied(world, plain, () => through(name));
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    }
    await plain.close();
  });

  test('does not let a secret out as a name', async () => {
    world.configure([{ host: `*.wild.test:${world.open.port}`, private_addresses: true }], { secrets: [{ kind: 'environment', name: 'KEY', value: 'c0rrect-h0rse-battery-9917', home: [] }] });
    const host = `c0rrect-h0rse-battery-9917.wild.test:${world.open.port}`;
    const { line } = await expectDenied(world, world.open, () => ask(world, host, get(host)));
    expect(line.findings).toContainEqual(expect.objectContaining({ where: 'host' }));
    expect(JSON.stringify(line)).not.toContain('c0rrect');
    expect(resolved).toEqual([]);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%i is passed on and never followed', async (status) => {
    world.open.handler = (_request, response) => void response.writeHead(status, { Location: '//evil.test/x', Refresh: '0; url=https://evil.test/', Link: '<https://evil.test>; rel=preload' }).end();
    const before = [world.open.requests.length, resolved.length];
    expect(await ask(world, open, get(open))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*location: //evil\\.test/x`, 'i'));
    expect(world.open.requests.length).toBe((before[0] ?? 0) + 1);
    expect(resolved).not.toContain('evil.test');
  });

  test('leads to a place that is judged by itself', async () => {
    const { answer } = await expectDenied(world, world.open, async () => (await connectAnswer(world, 'evil.test:443')).answer);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

test('an upstream that moves to a metadata address is refused even with private_addresses, on the next connection of an open tunnel', async () => {
  const secure = await openTunnel(world, open);
  expect(await talk(secure, get(open), wholeAnswer)).toMatch(/^HTTP\/1\.1 200 /);
  for (const socket of world.open.sockets) socket.destroy();
  await expect.poll(() => world.open.sockets.size).toBe(0);
  world.names.set('open.test', [{ address: 'fd00:ec2::254', family: 6 }]);
  const { answer } = await expectDenied(world, world.open, () => talk(secure, get(open), wholeAnswer));
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  secure.destroy();
});
