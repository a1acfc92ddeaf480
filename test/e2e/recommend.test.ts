import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, type TestWindow } from './support/window.ts';

const offered = ['---', 'agent_provider:', '  template: shell', 'egress:', '  routes:', '    - host: registry.example', '---', 'Offered by the project.', ''].join('\n');

describe.skipIf(whyNot('bubblewrap') !== undefined)('a folder that recommends a bottle', () => {
  let window: TestWindow;
  const bottle = (name: string): string => join(window.home, 'bottles', `${name}.md`);
  const line = (text: string) => window.vs.page.locator('.editor-group-container.active .editor.modified .view-line', { hasText: text }).first();

  beforeAll(async () => {
    window = await openWindow({
      files: { '.bot-bottle/agents/helper.md': '---\nbottle: dev\n---\n', '.bot-bottle/recommended-bottles/dev.md': offered },
      env: { BOT_BOTTLE_BACKEND: 'bubblewrap' },
    });
  });
  afterAll(() => window?.close(), 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('says so quietly, and in the welcome view', async () => {
    await window.vs.toast('It recommends the bottle dev').waitFor();
    await window.vs.sidebar('Bot Bottle');
    await window.vs.page.locator('.part.sidebar a.monaco-button', { hasText: 'Review and Adopt' }).waitFor();
    await window.shot('recommended');
    await window.vs.command('Notifications: Clear All Notifications');
  });

  test('shows it against the home folder, where it can be edited; saving copies nothing', async () => {
    await window.vs.page.locator('.part.sidebar a.monaco-button', { hasText: 'Review and Adopt' }).click();
    await window.vs.quick.titled('Adopt');
    expect(await window.vs.quick.text()).toContain('reach registry.example');
    await window.vs.quick.pick('dev');
    await window.vs.editors.tab('dev (recommended, new to you)').waitFor();
    await line('registry.example').click();
    await window.vs.page.keyboard.press('End');
    await window.vs.page.keyboard.type('.org');
    await window.vs.page.keyboard.press('Control+S');
    await window.vs.page.locator('.tab.dirty').waitFor({ state: 'detached' });
    await window.shot('adopt review');
    expect(existsSync(bottle('dev'))).toBe(false);
  });

  test('keeps the review while one of its tabs is open', async () => {
    await window.vs.command('View: Split Editor');
    await until('two groups', async () => (await window.vs.page.locator('.editor-group-container').count()) === 2);
    await window.vs.command('View: Close Editor');
    await until('one group', async () => (await window.vs.page.locator('.editor-group-container').count()) === 1);
    await line('registry.example.org').click();
    await window.vs.page.keyboard.press('End');
    await window.vs.page.keyboard.type(' # mine');
    await window.vs.page.keyboard.press('Control+S');
    await window.vs.page.locator('.tab.dirty').waitFor({ state: 'detached' });
  });

  test('keeps the review over a reload, and does not say it a second time', async () => {
    await window.vs.reload('bottle-draft');
    await window.vs.status('botBottle.status').waitFor({ timeout: 60_000 });
    await line('registry.example.org').waitFor();
    await window.vs.page.locator('.part.sidebar a.monaco-button', { hasText: 'Review and Adopt' }).waitFor();
    expect(await window.vs.toast('It recommends the bottle dev').count()).toBe(0);
    expect(existsSync(bottle('dev'))).toBe(false);
  });

  test('is adopted as edited after a yes to its reach', async () => {
    await window.vs.editors.titleAction('Adopt This Bottle').click();
    await until('the question', async () => (await window.vs.dialog.text()).includes('reach registry.example.org'));
    await window.shot('adopt question');
    await window.vs.dialog.press('Adopt');
    await until('the file', () => existsSync(bottle('dev')));
    expect(readFileSync(bottle('dev'), 'utf8')).toBe(offered.replace('registry.example', 'registry.example.org # mine'));
    await window.vs.editors.tab('dev (recommended').waitFor({ state: 'detached' });
  });

  test('that differs from the one at home is only ever a diff', async () => {
    const before = readFileSync(bottle('dev'), 'utf8');
    await window.vs.command('Bottle: Adopt Recommended Bottle');
    await window.vs.quick.titled('Adopt');
    await window.vs.quick.pick('dev');
    await until('both sides', async () => {
      const { left, right } = await window.vs.editors.diff();
      return left.includes('registry.example.org') && right.includes('registry.example') && !right.includes('registry.example.org');
    });
    await window.vs.editors.titleAction('Adopt This Bottle').click();
    await until('the question', async () => (await window.vs.dialog.text()).includes('Replace your bottle dev'));
    await window.vs.dialog.press('Cancel');
    await window.vs.command('View: Close All Editors');
    expect(readFileSync(bottle('dev'), 'utf8')).toBe(before);
  });

  test('New Agent with a template writes an agent and its bottle and stands at the first blank', async () => {
    await window.vs.command('Bottle: New Agent');
    await window.vs.quick.titled('New Agent (1/2)');
    await window.vs.quick.pick('Node development');
    await window.vs.quick.titled('New Agent (2/2)');
    await window.vs.quick.enter('web');
    await window.vs.editors.tab('web.md').waitFor();
    await until('both files', () => existsSync(bottle('web')) && existsSync(join(window.home, 'agents/web.md')));
    // The agent is opened first, then the bottle, whose blank is what must be filled in.
    await until('the bottle in front', async () => (await window.vs.editors.text()).includes('auth_token'));
    await until('the blank to be selected', async () => (await window.vs.status('status.editor.selection').innerText()).includes('(29 selected)'));
    // As it is on disk: a save of the extension's own must not fall into what is typed.
    await window.vs.page.locator('.tab.dirty').waitFor({ state: 'detached' });
    await window.shot('new agent');
    await window.vs.page.keyboard.type('MY_TOKEN');
    await window.vs.page.keyboard.press('Tab');
    await window.vs.page.keyboard.type('npm.example.org');
    await window.vs.page.keyboard.press('Control+S');
    await until('what was typed, saved', () => /auth_token: MY_TOKEN\n[^]*- host: npm\.example\.org\n/.test(readFileSync(bottle('web'), 'utf8')));
    expect(window.cli('info', 'web', '--json')).toContain('npm.example.org');
  });

  test('New Bottle refuses a name that is taken', async () => {
    await window.vs.command('Bottle: New Bottle');
    await window.vs.quick.titled('New Bottle (1/2)');
    await window.vs.quick.pick('GitHub');
    await window.vs.quick.titled('New Bottle (2/2)');
    await window.vs.quick.enter('web');
    await until('the refusal', async () => (await window.vs.quick.text()).includes('This name is taken'));
    await window.vs.quick.enter('forge');
    await until('the file', () => existsSync(bottle('forge')));
    await window.vs.editors.tab('forge.md').waitFor();
    await window.shot('new bottle');
  });
});
