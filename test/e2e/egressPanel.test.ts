import { appendFileSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { logLineSchema, type LogLine } from '../../schemas/protocol/egressLog.ts';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';

const manifest = ['---', '# A person wrote this.', 'agent_provider:', '  template: shell', 'egress:', '  routes:', '    - host: docs.example', '---', 'Words.', ''].join('\n');

describe.skipIf(whyNot('bubblewrap') !== undefined)('the egress panel', () => {
  let window: TestWindow;
  let panel: Frame;
  const rows = (): Locator => panel.locator('.body .row');
  const bottle = (): string => join(window.home, 'bottles', 'shell.md');

  /** Chooses a row by what stands in it and waits for its details. */
  async function details(text: string): Promise<Locator> {
    await rows().filter({ hasText: text }).first().click();
    const shown = panel.locator('.details');
    await shown.getByText(text).first().waitFor();
    return shown;
  }

  async function theme(name: string, mark: string): Promise<void> {
    await window.vs.command('Preferences: Color Theme');
    await window.vs.quick.enter(name);
    await window.vs.page.locator(`.monaco-workbench.${mark}`).waitFor();
  }

  beforeAll(async () => {
    window = await openWindow({ manifests: { ...shellManifests, 'bottles/shell.md': manifest }, files: { 'readme.txt': 'A project.\n' }, env: { BOT_BOTTLE_BACKEND: 'bubblewrap' }, settings: { 'files.autoSave': 'off' } });
    window.cli('start', 'shell', '--workspace', window.workspace, '--label', 'one', '--detach', '--yes');
    window.cli('exec', 'one', '--', 'sh', '-c', 'curl -s -m 5 -X PUT http://api.example/v1/things?key=hidden; curl -s -m 5 https://elsewhere.example/; true');
    await window.vs.command('Bottle: Show Egress Log');
    panel = await window.vs.webview('.list');
    await panel.getByText('elsewhere.example').first().waitFor();
  });
  afterAll(() => window?.close(), 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('shows gaps and incidents as what they are, and says an incident aloud', async () => {
    const segment = realpathSync(join(window.home, 'state/one/egress/log.jsonl'));
    const last: LogLine = logLineSchema.parse(JSON.parse(readFileSync(segment, 'utf8').trimEnd().split('\n').at(-1) ?? ''));
    const gap = { ...last, id: 'gap-1', method: '', host: '', port: 0, path: '', reason: 'egress: 12 lines are missing here: the log could not be written', status: 0, clause: 'log', event: 'gap' };
    const finding = { detector: 'canary', rule: 'github-token', where: 'body' };
    const incident = { ...last, id: 'incident-1', host: 'paste.example', reason: 'egress: the egress of this bottle is closed', clause: 'incident', findings: [finding], event: 'incident' };
    for (const line of [gap, incident]) appendFileSync(segment, `${JSON.stringify(logLineSchema.parse(line))}\n`);
    await panel.locator('.row.gap').getByText('12 lines are missing here').waitFor();
    await panel.locator('.row.incident').waitFor();
    await expect.poll(() => panel.locator('[role=alert]').textContent()).toContain('egress of this bottle is closed');
    const shown = await details('paste.example');
    expect(await shown.innerText()).toMatch(/Incident[\s\S]*github-token \(canary\), body/);
    expect(await shown.getByRole('button', { name: 'Propose a Route' }).count()).toBe(0);
  });

  test('is filtered by verdict, by finding and by field', async () => {
    const filter = panel.getByRole('searchbox');
    await panel.getByRole('button', { name: 'Findings' }).click();
    await until('the incident alone', async () => (await rows().count()) === 1);
    await panel.getByRole('button', { name: 'All', exact: true }).click();
    await filter.fill('host:elsewhere');
    await until('one host', async () => (await rows().count()) === 1);
    await filter.fill('path:elsewhere');
    await panel.getByText('No request matches the filter').waitFor();
    await filter.fill('');
  });

  test('is readable in every theme', async () => {
    await details('api.example');
    await window.vs.command('View: Toggle Maximized Panel');
    await window.shot('egress panel dark');
    await theme('Light Modern', 'vs');
    await window.shot('egress panel light');
    await theme('Dark High Contrast', 'hc-black');
    await panel.locator('.list').focus();
    await window.shot('egress panel high contrast');
    await theme('Dark Modern', 'vs-dark');
    await window.vs.command('View: Toggle Maximized Panel');
    expect(await panel.locator('.details').innerText()).toMatch(/not listed[\s\S]*Decided by\s*routes/);
  });

  test('proposes the narrowest route as an unsaved change, by keyboard alone, and saves nothing', async () => {
    await panel.getByRole('searchbox').fill('host:api.example');
    await until('one row', async () => (await rows().count()) === 1);
    await panel.locator('.list').focus();
    await window.vs.page.keyboard.press('ArrowDown');
    await window.vs.page.keyboard.press('Enter');
    const button = panel.getByRole('button', { name: 'Propose a Route for This' });
    await button.focus();
    await window.vs.page.keyboard.press('Enter');
    await window.vs.toast('This route is a proposal').waitFor();
    const sides = ['original', 'modified'].map((side) => window.vs.page.locator(`.monaco-diff-editor .editor.${side} .view-lines`).first());
    await until('the comparison with the saved file', async () => {
      const [saved = '', proposed = ''] = await Promise.all(sides.map((side) => side.innerText()));
      return saved.includes('docs.example') && !saved.includes('/v1/things') && proposed.includes('/v1/things');
    });
    await window.shot('egress proposal');
    expect(readFileSync(bottle(), 'utf8')).toBe(manifest);
  });

  test('what the person saves holds from the next start on', async () => {
    await window.vs.command('File: Save');
    await until('the saved route', () => readFileSync(bottle(), 'utf8').includes('api.example'));
    const saved = readFileSync(bottle(), 'utf8');
    expect(saved).toContain('# A person wrote this.');
    expect(saved).toContain('host: docs.example');
    expect(saved).toMatch(/- host: api\.example\n[\s\S]*value: "?\/v1\/things"?[\s\S]*methods: \[PUT\]/);
    const plan: unknown = JSON.parse(window.cli('start', 'shell', '--workspace', window.workspace, '--dry-run', '--json'));
    expect(plan).toMatchObject({ egress: { routes: [{ host: 'docs.example' }, { host: 'api.example' }] } });
  });
});
