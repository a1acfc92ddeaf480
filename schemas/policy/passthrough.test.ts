import { describe, expect, test } from 'vitest';
import { bottleSchema } from '../manifest/bottle.ts';
import { checkManifest } from '../manifest/check.ts';
import { parseManifest } from '../manifest/parse.ts';
import { budgetOf } from './budget.ts';
import { decide } from './decide.ts';
import { compilePolicy } from './policy.ts';
import { parseRoutesFile, printRoutesFile, routesFileSchema } from './routesFile.ts';
import type { Route } from './route.ts';

function firstError(text: string) {
  const parsed = parseRoutesFile(text);
  if (parsed.ok) throw new Error('expected errors');
  return parsed.errors[0];
}

const route = (...keys: string[]): string => `routes:\n- host: a.test\n  tls_passthrough: true\n${keys.map((key) => `  ${key}\n`).join('')}`;

describe('beside tls_passthrough nothing can stand that would have to see what is inside', () => {
  test.each([
    ['a credential', ['auth_scheme: Bearer', 'token_env: T'], 5, 'routes[0].token_env', 'Take the credential away'],
    ['matches', ['matches: [{methods: [GET]}]'], 4, 'routes[0].matches', 'Take matches away'],
    ['a denial of single requests', ['deny: [{methods: [PUT]}]'], 4, 'routes[0].deny', 'Take'],
    ['git', ['git: {fetch: true}'], 4, 'routes[0].git', 'Take git away'],
    ['WebSocket', ['websocket: true'], 4, 'routes[0].websocket', 'Take websocket away'],
    ['http', ['plaintext: true'], 4, 'routes[0].plaintext', 'Take plaintext away'],
    ['encoded slashes', ['encoded_slash: true'], 4, 'routes[0].encoded_slash', 'Take encoded_slash away'],
    ['detectors', ['dlp: {inbound_detectors: false}'], 4, 'routes[0].dlp', 'Take dlp away'],
  ])('%s is refused, with its place and what to do', (_name, keys, line, key, hint) => {
    expect(firstError(route(...keys))).toMatchObject({ line, column: 3, key, message: expect.stringContaining('tls_passthrough'), hint: expect.stringContaining(hint) });
  });

  test('and not under a wildcard, where the agent would choose the host', () => {
    expect(firstError('routes:\n- host: "*.a.test"\n  tls_passthrough: true\n')).toMatchObject({ line: 3, key: 'routes[0].tls_passthrough', message: expect.stringContaining('one host by name'), hint: expect.stringContaining('one route each') });
  });

  test("and never for a vendor of models, where the bottle's own credential alone may go", () => {
    expect(firstError('routes:\n- host: API.OpenAI.com\n  tls_passthrough: true\n')).toMatchObject({ line: 3, key: 'routes[0].tls_passthrough', message: expect.stringContaining('vendor of models') });
  });

  test.each([
    ['private addresses', 'private_addresses: true'], ['a budget', 'budget: {sent: 50MiB, window: 1h}'], ['what is switched off', 'websocket: false'],
  ])('but %s', (_name, key) => {
    expect(parseRoutesFile(route(key))).toMatchObject({ ok: true });
  });
});

test('a place that passes unread is decided by its name alone, over https only', () => {
  const policy = compilePolicy(routesFileSchema.parse({ routes: [{ host: 'a.test', tls_passthrough: true }] satisfies Route[] }));
  const ask = (scheme: 'http' | 'https', method: string, path: string) => decide(policy, { scheme, authority: { host: 'a.test', port: scheme === 'http' ? 80 : 443, kind: 'name' }, method, path, headers: [] });
  for (const [method, path] of [['GET', '/'], ['TRACE', '/..%2f'], ['POST', '/r.git/git-receive-pack']] as const) {
    expect(ask('https', method, path)).toMatchObject({ verdict: 'allow', clause: 'routes[0]', reason: expect.stringContaining('nothing inside is seen or judged') });
  }
  expect(ask('http', 'GET', '/')).toMatchObject({ verdict: 'block', clause: 'plaintext' });
});

describe('a budget', () => {
  test.each([
    ['without a window', '{sent: 1MiB}', 'routes[0].budget.window', ''],
    ['without a size', '{window: 1h}', 'routes[0].budget.sent', ''],
    ['of a plain number', '{sent: 5, window: 1h}', 'routes[0].budget.sent', ''],
    ['in decimal units', '{sent: 5MB, window: 1h}', 'routes[0].budget.sent', 'KiB, MiB, GiB or TiB'],
    ['of nothing', '{sent: 0KiB, window: 1h}', 'routes[0].budget.sent', 'whole number'],
    ['with a unit that is none', '{sent: 5MiB, window: 1w}', 'routes[0].budget.window', 's, m, h or d'],
    ['over more than a week', '{sent: 5MiB, window: 8d}', 'routes[0].budget.window', 'from 1s to 7d'],
    ['with a key too many', '{sent: 5MiB, window: 1d, received: 1MiB}', 'routes[0].budget.received', 'unknown key'],
  ])('%s is refused at its place', (_name, budget, key, message) => {
    expect(firstError(`routes:\n- host: a.test\n  budget: ${budget}\n`)).toMatchObject({ line: 3, key, message: expect.stringContaining(message) });
  });

  test('reads in the units of resources, and is printed as it was written', () => {
    expect(budgetOf({ sent: '50MiB', window: '90m' })).toEqual({ sent: 50 * 1024 ** 2, window: 90 * 60_000 });
    const file = routesFileSchema.parse({ routes: [{ host: 'a.test', budget: { sent: '50MiB', window: '1h' } }] });
    expect(parseRoutesFile(printRoutesFile(file))).toEqual({ ok: true, value: file });
  });
});

test('a manifest takes both keys, and is told in its own words what contradicts', () => {
  const manifest = (...keys: string[]) => {
    const source = parseManifest('b.md', `---\negress:\n  routes:\n    - host: a.test\n      tls_passthrough: true\n${keys.map((key) => `      ${key}\n`).join('')}---\n`);
    return source.ok ? checkManifest<unknown>(source.value, bottleSchema) : source;
  };
  expect(manifest('budget: {sent: 1MiB, window: 1h}')).toMatchObject({ ok: true });
  expect(manifest('auth: {scheme: Bearer, token_ref: A_TOKEN}')).toMatchObject({ ok: false, problems: [{ line: 6, message: expect.stringMatching(/cannot be enforced beside tls_passthrough.*Take the credential away/) }] });
  expect(manifest('budget: {sent: 1MB, window: 1h}')).toMatchObject({ ok: false, problems: [{ line: 6, message: expect.stringContaining('KiB, MiB, GiB or TiB') }] });
});
