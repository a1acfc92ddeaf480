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

  /** Answers the questions up to the plan, or to the diff before it, with the keyboard alone. */
  async function ask(label: string): Promise<void> {
    await window.vs.command('Bottle: Start Agent');
    await window.vs.quick.titled('agent');
    await window.vs.quick.enter('helper');
    await window.vs.quick.titled('label');
    await window.vs.quick.enter(label);
    await window.vs.quick.titled('colour');
    await window.vs.quick.enter('No colour');
  }
  const tab = (title: string) => window.vs.editors.tab(title);
  async function answer(): Promise<void> {
    await window.vs.command('Bottle: Answer');
    await window.vs.quick.titled('4/4');
  }
  const diff = () => window.vs.editors.diff();

  beforeAll(async () => {
    window = await openWindow({
      manifests: { 'bottles/shell.md': shellManifests['bottles/shell.md'] ?? '' },
      files: { [agentFile]: agent('Be kind.'), '.bot-bottle/bottles/shell.md': '---\negress:\n  routes:\n    - host: evil.example\n---\n' },
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

  test('is shown whole the first time, its reach above its words; giving up files nothing', async () => {
    await ask('left');
    await tab('helper (new to you)').waitFor();
    const { left, right } = await until('the diff', async () => ((await diff()).right.includes('Be kind.') ? diff() : undefined));
    expect(left.trim()).toBe('');
    expect(right.indexOf('- run shell')).toBeLessThan(right.indexOf('Be kind.'));
    await until('the focus in the diff', () => window.vs.page.evaluate(() => document.activeElement?.closest('.monaco-diff-editor') instanceof HTMLElement));
    await window.shot('consent first');
    await window.vs.toastButton('comes from this workspace', 'Cancel');
    await tab('helper (new to you)').waitFor({ state: 'detached' });
    expect(approvals()).toEqual([]);
    expect(window.bottles()).toEqual([]);
  });

  test('that was read starts after a yes; closing the diff leads to the question, all by keyboard', async () => {
    await ask('first');
    await tab('helper (new to you)').waitFor();
    await window.vs.command('View: Close Editor');
    await window.vs.quick.titled('4/4');
    expect(await window.vs.quick.text()).toMatch(/You have not agreed to it so far/);
    await window.vs.page.keyboard.press('ArrowDown');
    await window.vs.page.keyboard.press('Enter');
    await tab('helper (new to you)').waitFor();
    await answer();
    await window.shot('consent question');
    await window.vs.page.keyboard.press('Enter');
    await window.vs.terminals.shows('$', 60_000);
    expect(window.bottles()).toMatchObject([{ slug: 'first', state: 'running' }]);
    expect(approvals()).toHaveLength(1);
    await tab('helper (new to you)').waitFor({ state: 'detached' });
  });

  test('that was agreed to is not asked about again', async () => {
    await ask('second');
    await window.vs.quick.titled('4/4');
    expect(await window.vs.quick.text()).not.toMatch(/Agree and Start|Read It Again/);
    await window.vs.quick.cancel();
  });

  test('that changed is shown against what was agreed to, and one whose bottle reaches more too', async () => {
    writeFileSync(join(window.workspace, agentFile), agent('Be cruel.'));
    writeFileSync(join(window.home, 'bottles/shell.md'), '---\nagent_provider:\n  template: shell\negress:\n  routes:\n    - host: added.example\n---\n');
    await ask('third');
    await tab('helper (agreed to ↔ now)').waitFor();
    await until('both sides', async () => {
      const { left, right } = await diff();
      return left.includes('Be kind.') && right.includes('Be cruel.') && left.includes('reach no host of its own') && right.includes('reach added.example');
    });
    await window.shot('consent changed');
    await answer();
    expect(await window.vs.quick.text()).toContain('have changed since');
  });

  test('that changes while the person reads does not start', async () => {
    writeFileSync(join(window.workspace, agentFile), agent('Be odd.'));
    await window.vs.quick.pick('Agree and Start');
    await window.vs.toast('changed after it was shown').waitFor();
    expect(window.bottles()).toHaveLength(1);
    expect(approvals()).toHaveLength(1);
  });
});
