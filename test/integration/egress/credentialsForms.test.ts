import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerOk, rawValues } from './upstream.ts';
import { SECRET, ask, connectAnswer, expectDenied, get, startWorld, talk, usualRoutes, wholeAnswer } from './world.ts';
import type { World } from './world.ts';

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

const seen = async (path: string, headers = ''): Promise<{ readonly url: string; readonly raw: readonly string[] }> => {
  const before = world.allow.requests.length;
  const answer = await ask(world, allow, get(allow, path, headers));
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  const request = world.allow.requests[before];
  if (request === undefined) throw new Error('nothing arrived');
  return request;
};

describe('Basic', () => {
  const user = 'bob:correct-horse-battery';

  test('is made of user:password and set exactly once', async () => {
    world.configure([{ host: allow, auth_scheme: 'Basic', token_env: 'SLOT', private_addresses: true }], { credentials: { SLOT: user } });
    const { raw } = await seen('/', 'Authorization: Basic Zm9yZ2VkOmZvcmdlZA==\r\nauthorization: Bearer forged\r\n');
    expect(rawValues(raw, 'authorization')).toEqual([`Basic ${Buffer.from(user).toString('base64')}`]);
    expect(raw.join('\n')).not.toMatch(/forged|Zm9yZ2Vk/);
    expect(world.log().at(-1)).toMatchObject({ injected: true });
  });

  test('with a value that is not user:password fails closed, and does not show it', async () => {
    world.configure([{ host: allow, auth_scheme: 'Basic', token_env: 'SLOT', private_addresses: true }]);
    const { answer, line } = await expectDenied(world, world.allow, () => ask(world, allow, get(allow)));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).not.toContain(SECRET);
    expect(line.reason).toContain('SLOT of this route is not user:password');
  });
});

describe('query:key', () => {
  beforeEach(() => world.configure([{ host: allow, auth_scheme: 'query:key', token_env: 'SLOT', private_addresses: true }]));

  test.each([
    ['/models', `/models?key=${SECRET}`],
    ['/models?a=1&b', `/models?a=1&b&key=${SECRET}`],
    ['/models?key=forged', `/models?key=${SECRET}`],
    ['/models?a=1&key=forged&KEY=forged&b=2', `/models?a=1&b=2&key=${SECRET}`],
    ['/models?%6bey=forged&%256bey=forged&+key=forged', `/models?key=${SECRET}`],
    ['/models?a=1;key=forged;b=2', `/models?a=1;b=2&key=${SECRET}`],
    ['/models?monkey=1', `/models?monkey=1&key=${SECRET}`],
  ])('%s becomes %s', async (path, sent) => {
    expect((await seen(path)).url).toBe(sent);
  });

  test('takes the agent\'s key headers away too, and no log line has the value', async () => {
    const { raw } = await seen('/models', 'Authorization: Bearer forged\r\nx-goog-api-key: forged\r\nApi-Key: forged\r\nPRIVATE-TOKEN: forged\r\n');
    expect(raw.join('\n')).not.toContain('forged');
    expect(JSON.stringify(world.log())).not.toContain(SECRET);
    expect(world.log().at(-1)).toMatchObject({ path: '/models?key=…', injected: true });
  });
});

describe('a placeholder', () => {
  const placeholder = 'sk-ant-oat01-egress-placeholder';
  const stand = { kind: 'placeholder', name: 'CLAUDE_CODE_OAUTH_TOKEN', value: placeholder, home: ['allow.test'] } as const;
  const routes = () => world.configure(usualRoutes(world), { secrets: [{ ...stand, home: ['allow.test'] }] });

  test('is replaced at home', async () => {
    routes();
    const { raw } = await seen('/', `Authorization: Bearer ${placeholder}\r\n`);
    expect(rawValues(raw, 'authorization')).toEqual([`Bearer ${SECRET}`]);
  });

  test.each([
    ['in Authorization', '/', `Authorization: Bearer ${placeholder}\r\n`],
    ['in x-api-key', '/', `x-api-key: ${placeholder}\r\n`],
    ['inside Basic', '/', `Authorization: Basic ${Buffer.from(`x:${placeholder}`).toString('base64')}\r\n`],
    ['in the query', `/?token=${placeholder}`, ''],
  ])('63: of another host, %s, is denied and logged', async (_name, path, headers) => {
    routes();
    const { answer, line } = await expectDenied(world, world.open, () => ask(world, open, get(open, path, headers)));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('allow.test');
    expect(line.reason).toContain('CLAUDE_CODE_OAUTH_TOKEN');
    expect(JSON.stringify(line)).not.toContain(placeholder);
  });
});

test('no credential is put into a request that is not encrypted', async () => {
  const plain = `open.test:${world.open.port}`;
  world.configure([{ host: plain, auth_scheme: 'query:key', token_env: 'SLOT', plaintext: true, private_addresses: true }]);
  const { socket, answer } = await connectAnswer(world, plain);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  const denied = await expectDenied(world, world.open, () => talk(socket, get(plain), wholeAnswer));
  expect(denied.answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(denied.answer).not.toContain(SECRET);
  socket.destroy();
});
