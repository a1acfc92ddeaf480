import { cpSync, mkdtempSync, rmSync } from 'node:fs';
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
