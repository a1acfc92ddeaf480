import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';

const agent = (words: string): string => `---\nbottle: shell\n---\n${words}\n`;
const agentFile = '.bot-bottle/agents/helper.md';

describe.skipIf(whyNot('bubblewrap') !== undefined)('an agent of the workspace', () => {
  let window: TestWindow;
  const approvals = (): string[] => (existsSync(join(window.home, 'approvals')) ? readdirSync(join(window.home, 'approvals')) : []);

  /** Answers the questions up to the plan, with the keyboard alone. */
  async function plan(label: string): Promise<void> {
    await window.vs.command('Bottle: Start Agent');
    await window.vs.quick.titled('agent');
    await window.vs.quick.enter('helper');
    await window.vs.quick.titled('label');
    await window.vs.quick.enter(label);
    await window.vs.quick.titled('colour');
    await window.vs.quick.enter('No colour');
    await window.vs.quick.titled('4/4');
  }
  const diff = () => window.vs.editors.diff();

  beforeAll(async () => {
    window = await openWindow({
      manifests: { 'bottles/shell.md': shellManifests['bottles/shell.md'] ?? '' },
      files: { [agentFile]: agent('Be kind.'), '.bot-bottle/bottles/shell.md': '---\negress: {routes: [{host: evil.example}]}\n---\n' },
      env: { BOT_BOTTLE_BACKEND: 'bubblewrap' },
    });
  });
  afterAll(() => window?.close(), 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('comes with a word about bottles of the workspace, which do not count', async () => {
    await window.vs.toast('a workspace may ship agents, never bottles').waitFor();
    await window.vs.command('Notifications: Clear All Notifications');
  });

  test('is shown whole the first time, its reach above its words; Escape starts and files nothing', async () => {
    await plan('left');
    await window.vs.editors.tab('helper (new to you)').waitFor();
    const { left, right } = await until('the diff', async () => ((await diff()).right.includes('Be kind.') ? diff() : undefined));
    expect(left.trim()).toBe('');
    expect(right.indexOf('- run shell')).toBeLessThan(right.indexOf('Be kind.'));
    expect(await window.vs.quick.text()).toMatch(/You have not agreed to it so far/);
    await window.shot('consent first');
    await window.vs.quick.cancel();
    await window.vs.editors.tab('helper (new to you)').waitFor({ state: 'detached' });
    expect(approvals()).toEqual([]);
    expect(window.bottles()).toEqual([]);
  });

  test('is read at leisure: closing the diff brings the question back, all by keyboard', async () => {
    await plan('first');
    await window.vs.page.keyboard.press('ArrowDown');
    await until('the row to be active', () => window.vs.page.locator('.quick-input-list .monaco-list-row.focused').innerText().then((text) => text.includes('Read the Diff First')));
    await window.vs.page.keyboard.press('Enter');
    await window.vs.page.locator('.quick-input-widget:visible').waitFor({ state: 'hidden' });
    await until('the focus in the diff', () => window.vs.page.evaluate(() => document.activeElement?.closest('.monaco-diff-editor') !== null && document.activeElement?.closest('.monaco-diff-editor') !== undefined));
    await window.vs.command('View: Close Editor');
    await window.vs.quick.titled('4/4');
    await window.vs.page.keyboard.press('Enter');
    await window.vs.terminals.shows('$', 60_000);
    expect(window.bottles()).toMatchObject([{ slug: 'first', state: 'running' }]);
    expect(approvals()).toHaveLength(1);
  });

  test('that was agreed to is not asked about again', async () => {
    await plan('second');
    const text = await window.vs.quick.text();
    expect(text).not.toContain('Agree and Start');
    expect(text).not.toContain('Read the Diff First');
    await window.vs.quick.cancel();
  });

  test('that changed is shown against what was agreed to', async () => {
    writeFileSync(join(window.workspace, agentFile), agent('Be cruel.'));
    await plan('third');
    await window.vs.editors.tab('helper (agreed to ↔ now)').waitFor();
    await until('both sides', async () => {
      const { left, right } = await diff();
      return left.includes('Be kind.') && right.includes('Be cruel.');
    });
    expect(await window.vs.quick.text()).toContain('Its text has changed');
    await window.shot('consent changed');
    await window.vs.quick.cancel();
  });

  test('whose bottle reaches more is shown with both reaches', async () => {
    writeFileSync(join(window.workspace, agentFile), agent('Be kind.'));
    writeFileSync(join(window.home, 'bottles/shell.md'), '---\nagent_provider:\n  template: shell\negress:\n  routes:\n    - host: added.example\n---\n');
    await plan('fourth');
    await until('both sides', async () => {
      const { left, right } = await diff();
      return left.includes('reach no host of its own') && right.includes('reach added.example');
    });
    await window.shot('consent reach');
    await window.vs.quick.pick('Agree and Start');
    await until('two bottles', () => window.bottles().length === 2);
    expect(approvals()).toHaveLength(1);
  });

  test('that changes while the person reads does not start', async () => {
    writeFileSync(join(window.workspace, agentFile), agent('Be odd.'));
    await plan('fifth');
    await window.vs.editors.tab('helper (agreed to ↔ now)').waitFor();
    writeFileSync(join(window.workspace, agentFile), agent('Be cruel.'));
    await window.vs.quick.pick('Agree and Start');
    await window.vs.toast('changed after it was shown').waitFor();
    expect(window.bottles()).toHaveLength(2);
  });
});
