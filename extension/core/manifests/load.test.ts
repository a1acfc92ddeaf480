import { mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { silentLog } from '../ports.ts';
import { indexAgents } from './index.ts';
import { loadAgent } from './load.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'manifests-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const home = (): string => join(root, 'home');
const workspace = (): string => join(root, 'ws');
const load = (name: string) => loadAgent({ home: home(), workspace: workspace(), name, log: silentLog });
const manifest = (yaml: string, body = ''): string => `---\n${yaml}\n---\n${body}\n`;

test('agents of home and workspace are listed by name alone; a broken or oddly named file harms nobody', async () => {
  writeTree(root, { 'home/agents/b.md': 'broken', 'home/agents/Bad_Name.md': '', 'ws/.bot-bottle/agents/a.md': '', 'ws/.bot-bottle/agents/b.md': '', 'ws/.bot-bottle/bottles/evil.md': '' });
  const { agents, warnings } = await indexAgents(home(), workspace());
  expect(agents.map((agent) => `${agent.name} ${agent.origin}`)).toEqual(['a workspace', 'b home']);
  expect(warnings).toHaveLength(3);
  expect(warnings.join('\n')).toMatch(/Bad_Name\.md is skipped[^]*b\.md is ignored[^]*\(evil\.md\) is ignored/);
  expect((await indexAgents(join(root, 'nowhere'), undefined)).agents).toEqual([]);
});

test('one agent and its chain are read, nothing else, and every file is hashed', async () => {
  writeTree(root, {
    'home/agents/dev.md': manifest('bottle: child\ngit-gate:\n  user: {name: Ada}', '  Be kind.  '),
    'home/bottles/child.md': manifest('extends: base\nenv: {B: child, C: "?Type it"}\negress:\n  routes:\n    - host: b.example\n      git: {fetch: true}\n    - {host: c.example}\nagent_provider: {template: shell}'),
    'home/bottles/base.md': manifest('supervise: false\nenv: {A: base, B: base, D: "${TOKEN}"}\ngit-gate:\n  user: {name: Base, email: b@example.com}\negress:\n  log: 1\n  routes:\n    - {host: a.example}\n    - host: b.example:443\n      auth: {scheme: token, token_ref: T}\nagent_provider: {template: claude, auth_token: T}'),
    'home/bottles/broken.md': 'broken',
  });
  const loaded = await load('dev');
  expect(loaded.agent).toMatchObject({ bottle: 'child', prompt: 'Be kind.' });
  expect(Object.fromEntries(loaded.bottle.env)).toEqual({
    A: { kind: 'literal', value: 'base' }, B: { kind: 'literal', value: 'child' }, C: { kind: 'prompt', prompt: 'Type it' }, D: { kind: 'host', variable: 'TOKEN' },
  });
  expect(loaded.routes).toEqual([{ host: 'a.example' }, { host: 'b.example', git: { fetch: true } }, { host: 'c.example' }]);
  expect(loaded.bottle).toMatchObject({ supervise: false, egress: { log: 1 }, agentProvider: { template: 'shell', authToken: null } });
  expect(loaded.identity).toEqual({ name: 'Ada', email: 'b@example.com' });
  expect(loaded.files.map((file) => file.path)).toEqual([join(home(), 'agents/dev.md'), join(home(), 'bottles/child.md'), join(home(), 'bottles/base.md')]);
});

test('unknown names say what exists and what is nearest; a circle prints its chain', async () => {
  writeTree(root, {
    'home/agents/dev.md': manifest('bottle: bse'), 'home/agents/round.md': manifest('bottle: one'), 'home/bottles/base.md': manifest('env: {}'),
    'home/bottles/one.md': manifest('extends: two'), 'home/bottles/two.md': manifest('extends: one'),
  });
  await expect(load('dve')).rejects.toMatchObject({ code: 'manifest-missing', message: expect.stringContaining('there are: dev, round. Did you mean dev?') });
  await expect(load('dev')).rejects.toMatchObject({ code: 'manifest-missing', message: expect.stringMatching(/dev\.md:2:9: bottle .*there are: base, one, two\. Did you mean base\?/) });
  await expect(load('round')).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('one -> two -> one') });
});

test('all problems of a file are told at once', async () => {
  writeTree(root, { 'home/agents/dev.md': manifest('bottle: dev'), 'home/bottles/dev.md': manifest('supervise: 1\nenvv: {}') });
  await expect(load('dev')).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('supervise'), hint: expect.stringContaining('Did you mean env?') });
});

test('links out of the folder, folders, huge files and bad text are refused', async () => {
  writeTree(root, { 'home/bottles/base.md': manifest('env: {}'), 'outside.md': manifest('bottle: base'), 'ws/.bot-bottle/agents/ok.md': manifest('bottle: base'), 'ws/.bot-bottle/agents/dir.md/x': '', 'ws/.bot-bottle/agents/huge.md': '' });
  const agents = join(workspace(), '.bot-bottle/agents');
  symlinkSync(join(root, 'outside.md'), join(agents, 'link.md'));
  truncateSync(join(agents, 'huge.md'), 2 * 1024 * 1024);
  writeFileSync(join(agents, 'bytes.md'), Buffer.from([0x2d, 0xff]));
  expect(readdirSync(agents)).toHaveLength(5);
  for (const [name, words] of [['link', 'leaves'], ['dir', 'not a regular file'], ['huge', '1 MiB'], ['bytes', 'UTF-8']] as const) {
    await expect(load(name), name).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining(words) });
  }
});
