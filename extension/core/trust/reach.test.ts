import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bottle } from '../../../schemas/manifest/bottle.ts';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { loadAgent } from '../manifests/load.ts';
import { silentLog } from '../ports.ts';
import { reachLines, reachOf, reachSentence, reachSha256 } from './reach.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'reach-'));
});
afterAll(() => rmSync(home, { recursive: true }));

async function bottle(yaml: string): Promise<Bottle> {
  writeTree(home, { 'agents/a.md': '---\nbottle: b\n---\n', 'bottles/b.md': `---\n${yaml}\n---\n` });
  return (await loadAgent({ home, workspace: undefined, name: 'a', log: silentLog })).bottle;
}

const base = `
env: {EDITOR: vim, TOKEN: "\${HOST_TOKEN}", PIN: "?Your PIN"}
agent_provider: {template: claude, auth_token: ANTHROPIC_TOKEN}
git-gate:
  user: {name: Ada}
  repos:
    origin:
      url: git@forge.example:a/b.git
      key: {provider: static, path: ~/.ssh/id}
egress:
  log: 1
  routes:
    - host: a.example
      matches:
        - methods: [GET]
          paths:
            - value: /v1
    - host: b.example
      auth: {scheme: Bearer, token_ref: B_TOKEN}
      git: {fetch: true}
supervise: false`;

test('the order of keys and routes, the log level, the author and fixed values do not change the reach', async () => {
  const same = `
supervise: false
egress:
  log: 2
  routes:
    - git: {fetch: true}
      host: b.example
      auth: {token_ref: B_TOKEN, scheme: Bearer}
    - host: a.example
      matches:
        - paths:
            - value: /v1
          methods: [get]
agent_provider: {auth_token: ANTHROPIC_TOKEN, template: claude}
git-gate:
  repos:
    origin:
      key: {path: ~/.ssh/id, provider: static}
      url: git@forge.example:a/b.git
env: {PIN: "?The PIN", TOKEN: "\${HOST_TOKEN}", EDITOR: nano}`;
  expect(reachOf(await bottle(same))).toEqual(reachOf(await bottle(base)));
  expect(reachSha256(await bottle(same))).toBe(reachSha256(await bottle(base)));
});

test.each([
  ['a host', 'host: a.example', 'host: c.example'],
  ['a port', 'host: a.example', 'host: a.example:8443'],
  ['a method', '[GET]', '[GET, POST]'],
  ['a path', '/v1', '/v2'],
  ['a credential of a route', 'B_TOKEN', 'C_TOKEN'],
  ['a denied path', 'host: b.example', 'host: b.example\n      deny:\n        - methods: [DELETE]'],
  ['a denied host', '    - host: a.example', '    - host: c.example\n      deny: true\n    - host: a.example'],
  ['a query', 'methods: [GET]', 'methods: [GET]\n          query: []'],
  ['git fetch', 'git: {fetch: true}', 'git: {fetch: false}'],
  ['private addresses', 'host: b.example', 'private_addresses: true\n      host: b.example'],
  ['TLS that passes unread', '    - host: b.example', '    - host: c.example\n      tls_passthrough: true\n    - host: b.example'],
  ['a budget', 'host: b.example', 'host: b.example\n      budget: {sent: 1GiB, window: 1d}'],
  ['the variable behind a value', 'HOST_TOKEN', 'OTHER_TOKEN'],
  ['the name of a variable', 'EDITOR', 'VISUAL'],
  ['what was fixed and is asked for', 'EDITOR: vim', 'EDITOR: "?Which"'],
  ['a remote', 'a/b.git', 'a/c.git'],
  ['a key', '~/.ssh/id', '~/.ssh/other'],
  ['the model credential', 'ANTHROPIC_TOKEN', 'OTHER'],
  ['the provider', 'template: claude', 'template: other'],
  ['what of the workspace is seen', 'supervise: false', 'supervise: false\nworkspace: {secret_files: show}'],
  ['a bound', 'supervise: false', 'supervise: false\nresources: {memory: 8GiB}'],
  ['supervision', 'supervise: false', 'supervise: true'],
])('%s changes the reach', async (_what, from, to) => {
  expect(base).toContain(from);
  expect(reachSha256(await bottle(base.replace(from, to)))).not.toBe(reachSha256(await bottle(base)));
});

test('a key that this code does not know changes the reach and is told', async () => {
  const wider = { ...(await bottle(base)), mounts: ['/etc'] };
  expect(reachSha256(wider)).not.toBe(reachSha256(await bottle(base)));
  expect(reachLines(wider)).toContain('have mounts ["/etc"]');
});

test('no fixed value and no literal key of a model server is in the reach or its words', async () => {
  const pi = await bottle('env: {A: a-literal-secret}\nagent_provider:\n  template: pi\n  settings: {provider: x, api_key: a-literal-key}');
  expect(JSON.stringify(reachOf(pi)) + reachLines(pi).join()).not.toMatch(/a-literal/);
});

test('the words name hosts, credentials, limits, remotes and variables', async () => {
  const lines = reachLines(await bottle(base));
  expect(lines).toEqual([
    'run claude',
    'use its model with the credential ANTHROPIC_TOKEN',
    'reach a.example (GET; /v1)',
    'reach b.example with the credential B_TOKEN (git fetch)',
    'fetch and push origin at git@forge.example:a/b.git with the key ~/.ssh/id',
    'read the value of TOKEN',
    'read what you type for PIN',
    'read the fixed value of EDITOR',
  ]);
  expect(reachLines(await bottle('supervise: false\negress:\n  routes:\n    - host: pinned.example\n      tls_passthrough: true\n      budget: {sent: 50MiB, window: 1h}'))).toContain(
    'reach pinned.example (unread: nothing inside is scanned, and no rule holds there; at most 50MiB sent in 1h)',
  );
  expect(reachLines(await bottle('supervise: false\nworkspace:\n  exclude: [/data/]\n  secret_files: show\nresources: {cpus: 2, session_time: 8h}')).slice(-3)).toEqual([
    'see nothing of /data/', 'read files that look like secrets', 'use at most 2 processors, 480 minutes',
  ]);
  expect(reachSentence('dev', ['run shell', 'reach no host of its own'])).toBe('In the bottle "dev" it could run shell; reach no host of its own.');
});

test('what is denied and which queries may be are told in words', async () => {
  const routes = `
egress:
  routes:
    - host: a.example
      matches:
        - methods: [GET]
          query: []
    - host: b.example
      matches:
        - query:
            - name: page
            - name: q
      deny:
        - methods: [delete]
          paths:
            - value: /admin
        - query:
            - name: token
        - headers:
            - name: x-admin
              value: .*
              type: regex
    - host: "*.c.example"
      deny: true`;
  const lines = reachLines(await bottle(routes));
  expect(lines).toContain('reach a.example (GET; no query)');
  expect(lines).toContain('reach b.example (no query but page, q; never DELETE /admin; never with ?token; never with x-admin)');
  expect(lines).toContain('reach nothing at *.c.example');
});
