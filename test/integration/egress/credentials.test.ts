import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, expectDenied, get, openTunnel, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let world: World;
let allow: string;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  allow = `allow.test:${world.allow.port}`;
  open = `open.test:${world.open.port}`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.allow.handler = answerOk;
  world.configure(usualRoutes(world));
});

const forged = 'Authorization: Bearer forged\r\nauthorization: Basic Zm9yZ2Vk\r\nProxy-Authorization: Basic Zm9yZ2Vk\r\nX-Api-Key: forged\r\nCookie: a=b\r\n';

test.each([
  ['Bearer', 'authorization', `Bearer ${SECRET}`],
  ['token', 'authorization', `token ${SECRET}`],
  ['x-api-key', 'x-api-key', SECRET],
] as const)('%s is set exactly once and everything the agent put there is gone', async (scheme, header, value) => {
  world.configure([{ host: allow, auth_scheme: scheme, token_env: 'SLOT', private_addresses: true }]);
  const before = world.allow.requests.length;
  await ask(world, allow, get(allow, '/', forged));
  const raw = world.allow.requests[before]?.raw ?? [];
  expect(rawValues(raw, header)).toEqual([value]);
  expect(raw.join('\n')).not.toMatch(/forged|Zm9yZ2Vk/);
  expect(rawValues(raw, 'cookie')).toEqual(['a=b']);
  expect(world.log().at(-1)).toMatchObject({ verdict: 'allow', injected: true, host: 'allow.test', status: 200 });
});

test('a route without a credential gets none, and the agent\'s Authorization is removed', async () => {
  const before = world.open.requests.length;
  await ask(world, open, get(open, '/', forged));
  const raw = world.open.requests[before]?.raw ?? [];
  expect(rawValues(raw, 'authorization')).toEqual([]);
  expect(rawValues(raw, 'proxy-authorization')).toEqual([]);
  expect(raw.join('\n')).not.toContain(SECRET);
  expect(world.log().at(-1)).toMatchObject({ injected: false });
});

test.each([{}, { SLOT: '' }, { SLOT: '  \n' }])('a missing credential (%j) fails closed', async (credentials) => {
  world.configure(usualRoutes(world), { credentials });
  const { answer, line } = await expectDenied(world, world.allow, () => ask(world, allow, get(allow, '/', forged)));
  expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  expect(line.reason).toContain('SLOT');
});

test('a trailing line end is trimmed; one inside is refused when configuring, without showing it', async () => {
  world.configure(usualRoutes(world), { credentials: { SLOT: `${SECRET}\n` } });
  const before = world.allow.requests.length;
  await ask(world, allow, get(allow));
  expect(rawValues(world.allow.requests[before]?.raw ?? [], 'authorization')).toEqual([`Bearer ${SECRET}`]);
  expect(() => world.configure(usualRoutes(world), { credentials: { SLOT: `${SECRET}\r\nX: y` } })).toThrow(/^(?!.*real-credential).*SLOT/);
});

test('an upstream whose certificate is not trusted gets no byte of the request', async () => {
  world.configure(usualRoutes(world), { extraCaPem: world.open.caPem });
  const before = world.allow.requests.length;
  expect(await ask(world, allow, get(allow))).toMatch(/^HTTP\/1\.1 502 [\s\S]*certificate/);
  expect(world.allow.requests.length).toBe(before);
  expect(world.log().at(-1)).toMatchObject({ verdict: 'block', status: 502, injected: false });
});

test('an upstream whose certificate names another host gets no byte of the request', async () => {
  const host = `open.test:${world.allow.port}`;
  world.configure([{ host, auth_scheme: 'Bearer', token_env: 'SLOT', private_addresses: true }]);
  const before = world.allow.requests.length;
  expect(await ask(world, host, get(host))).toMatch(/^HTTP\/1\.1 502 /);
  expect(world.allow.requests.length).toBe(before);
});

test('a 401 and a redirect are passed on, never followed', async () => {
  const before = world.allow.requests.length;
  world.allow.handler = (request, response) =>
    void (request.url === '/401' ? response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end() : response.writeHead(307, { Location: 'https://evil.test/' }).end());
  expect(await ask(world, allow, get(allow, '/401'))).toMatch(/^HTTP\/1\.1 401 [\s\S]*www-authenticate: Bearer/i);
  expect(await ask(world, allow, get(allow, '/307'))).toMatch(/^HTTP\/1\.1 307 [\s\S]*location: https:\/\/evil\.test\//i);
  expect(world.allow.requests.length).toBe(before + 2);
});

test('a new credential is used by the next request of an open tunnel', async () => {
  const secure = await openTunnel(world, allow);
  await talk(secure, get(allow), wholeAnswer);
  world.configure(usualRoutes(world), { credentials: { SLOT: 'second-credential' } });
  await talk(secure, get(allow), wholeAnswer);
  expect(world.allow.requests.slice(-2).map((request) => rawValues(request.raw, 'authorization')[0])).toEqual([`Bearer ${SECRET}`, 'Bearer second-credential']);
  secure.destroy();
});

test('the log never holds the credential nor query values, and a path cannot forge a line', async () => {
  world.configure(usualRoutes(world));
  await ask(world, allow, get(allow, `/${SECRET}/x?key=hidden-value&flag`));
  const text = readFileSync(join(world.folder, 'log.jsonl'), 'utf8');
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain('hidden-value');
  expect(world.log().at(-1)?.path).toBe('/[credential]/x?key=…&…');
  await expectDenied(world, world.allow, () => ask(world, allow, get(allow, '/\x1b[2J%0a{"verdict":"allow"}')));
});

test('git over https: push never, fetch only where the route says so', async () => {
  const push = (path: string) => () => ask(world, open, get(open, path));
  for (const path of ['/r.git/git-receive-pack', '/r.git/info/refs?service=git-receive-pack', '/r.git/info/refs?a=b&service=git%2Dreceive-pack', '/r.git/git-receive%2Dpack', '/r.git/info/refs?service=git-upload-pack', '/r.git/git-upload-pack']) {
    const { answer, line } = await expectDenied(world, world.open, push(path));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(line.reason).toContain('git');
  }
  world.configure([{ host: open, private_addresses: true, git: { fetch: true } }]);
  expect(await ask(world, open, get(open, '/r.git/info/refs?service=git-upload-pack'))).toMatch(/^HTTP\/1\.1 200 /);
  await expectDenied(world, world.open, push('/r.git/info/refs?service=git-receive-pack'));
  await expectDenied(world, world.open, push('/r.git/info/refs?service=git-upload-pack&service=git-receive-pack'));
});
