import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';

/** A name only the workspace could have told. */
const workspaceAgent = 'agent-of-the-workspace';

describe.skipIf(whyNot('bubblewrap') !== undefined)('a folder that nobody trusts yet', () => {
  let window: TestWindow;
  beforeAll(async () => {
    window = await openWindow({
      manifests: { 'bottles/shell.md': shellManifests['bottles/shell.md'] ?? '' },
      files: { [`.bot-bottle/agents/${workspaceAgent}.md`]: '---\nbottle: shell\n---\n' },
      env: { BOT_BOTTLE_BACKEND: 'bubblewrap' },
      askForTrust: true,
    });
  });
  afterAll(() => window?.close());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('is shown in Restricted Mode, with the way out of it', async () => {
    await window.vs.dialog.press("No, I don't trust the authors");
    await window.vs.sidebar('Bot Bottle');
    await until('the welcome', async () => (await window.vs.welcomeText()).includes('Restricted Mode'));
    expect(await window.vs.toast('comes with an agent').count()).toBe(0);
    await window.shot('restricted');
  });

  test('the palette offers nothing but the log', async () => {
    const { page } = window.vs;
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget:visible .quick-input-box input').fill('>Bottle: ');
    await until('the commands', async () => (await window.vs.quick.rows()).includes('Bottle: Show Log'));
    expect((await window.vs.quick.rows()).filter((row) => row.startsWith('Bottle: '))).toEqual(['Bottle: Show Log']);
    await window.vs.quick.cancel();
  });

  test('a click on the status bar starts nothing and says why', async () => {
    await window.vs.status('botBottle.status').click();
    await window.vs.toast('Restricted Mode').waitFor();
    await window.shot('restricted refused');
    expect(await window.vs.page.locator('.quick-input-widget:visible').count()).toBe(0);
  });

  test('a manifest of it is a text like any other', async () => {
    await window.vs.editors.openFile(`${workspaceAgent}.md`);
    await until('the text', async () => (await window.vs.editors.text()).includes('bottle: shell'));
    expect(await window.vs.page.locator('.codelens-decoration').count()).toBe(0);
  });

  test('nothing was written: there is no state in the home', () => {
    expect(existsSync(join(window.home, 'state'))).toBe(false);
  });

  test('once it is trusted everything works without a reload', async () => {
    await window.vs.page.locator('.welcome-view-content a.monaco-button', { hasText: 'Manage Workspace Trust' }).click();
    await window.vs.page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
    await window.vs.toast(`comes with an agent (${workspaceAgent})`).waitFor();
    await until('the welcome to go on', async () => (await window.vs.welcomeText()).includes('No bottle is running'));
    await window.vs.page.locator('.codelens-decoration', { hasText: 'Effective manifest' }).waitFor();
    await window.vs.command('Bottle: Start Agent');
    await window.vs.quick.titled('agent');
    expect(await window.vs.quick.rows()).toContain(workspaceAgent);
    await window.vs.quick.pick(workspaceAgent);
    await window.vs.quick.titled('label');
    await window.vs.quick.enter('trusted');
    await window.vs.quick.titled('colour');
    await window.vs.quick.pick('No colour');
    await window.vs.editors.tab(`${workspaceAgent} (new to you)`).waitFor();
    await window.vs.command('Bottle: Answer');
    await window.vs.quick.titled('4/4');
    await window.shot('trusted consent');
    await window.vs.quick.pick('Agree and Start');
    await window.vs.terminals.shows('$', 60_000);
    expect(window.bottles()).toMatchObject([{ slug: 'trusted', state: 'running' }]);
  });
});
