import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../ports.ts';
import { loadAgent } from './load.ts';
import { indexAgents } from './index.ts';

const examples = new URL('../../../examples', import.meta.url).pathname;
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'examples-'));
  for (const name of ['bottles', 'agents', 'workspace']) cpSync(join(examples, name), join(root, name), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const workspace = (): string => join(root, 'workspace');

test('every example agent loads without a warning', async () => {
  const { agents, warnings } = await indexAgents(root, workspace());
  expect(agents.map((agent) => `${agent.origin} ${agent.name}`)).toEqual(['home claude', 'workspace reviewer', 'home shell']);
  expect(warnings).toEqual([]);
  for (const { name } of agents) {
    const loaded = await loadAgent({ home: root, workspace: workspace(), name, log: silentLog });
    expect(loaded.files.length).toBe(name === 'shell' ? 2 : 3);
  }
});

test('the claude example names its credential and lets the registry be read only', async () => {
  const { bottle, routes, identity } = await loadAgent({ home: root, workspace: workspace(), name: 'reviewer', log: silentLog });
  expect(bottle.agentProvider).toMatchObject({ template: 'claude', authToken: 'ANTHROPIC_TOKEN' });
  expect(routes).toEqual([{ host: 'registry.npmjs.org', matches: [{ methods: ['GET', 'HEAD'] }] }]);
  expect(identity).toEqual({ name: 'Reviewer', email: 'claude@example.com' });
});

test('the careful example takes the registry out again and sets limits', async () => {
  const agents = join(root, 'agents');
  writeFileSync(join(agents, 'wary.md'), '---\nbottle: careful\n---\n');
  const { bottle, routes } = await loadAgent({ home: root, workspace: workspace(), name: 'wary', log: silentLog });
  expect(routes).toEqual([]);
  expect(bottle.workspace).toMatchObject({ exclude: ['/data/', '*.sqlite'], secretFiles: 'hide' });
  expect(bottle.resources).toMatchObject({ cpus: 2, memoryBytes: 4 * 1024 ** 3, sessionMs: 8 * 3_600_000, idleMs: 45 * 60_000 });
});
