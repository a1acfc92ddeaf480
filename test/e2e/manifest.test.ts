import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { openWindow, type TestWindow } from './support/window.ts';

const line = (host: string): string =>
  JSON.stringify({ ts: '2026-01-01T00:00:00.000Z', id: host, slug: 'one', verdict: 'block', method: 'GET', host, port: 443, path: '/', reason: 'no route', status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [] });
const route = { hits: 12, blocked: 1, bytesUp: 0, bytesDown: 0, lastUse: '2026-01-02T03:04:05.000Z', firstSession: 1, lastSession: 3 };

describe('writing manifests', () => {
  let window: TestWindow;
  beforeAll(async () => {
    window = await openWindow({
      manifests: {
        'bottles/base.md': '---\nagent_provider: {template: shell}\negress:\n  routes:\n    - host: base.example\n---\n',
        'bottles/web.md': '---\nextends: base\negress:\n  routes:\n    - host: api.example\n    - host: \n---\nFor the web.\n',
        'agents/dev.md': '---\n# who works here\nbottle: base # the bottle\n---\nBe kind.\n',
        'state/one/egress/log.jsonl': `${line('asked.example')}\n${line('asked.example')}\n`,
        'usage/web.json': JSON.stringify({ version: 1, sessions: 3, added: [], routes: { 'api.example': route } }),
      },
      files: { '.bot-bottle/agents/theirs.md': '---\nbottle: base\n---\n' },
      query: 'ew=true',
    });
    await window.vs.open(window.address(`folder=${encodeURIComponent(window.workspace)}`));
    await window.vs.status('botBottle.status').waitFor({ timeout: 60_000 });
  });
  afterAll(() => window?.close());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  /** Opens a manifest by the picker of "Open Manifest". */
  async function open(name: string): Promise<void> {
    await window.vs.command('Bottle: Open Manifest');
    await window.vs.quick.titled('Open Manifest');
    await window.vs.quick.pick(name);
    await window.vs.editors.tab(`${name}.md`).waitFor();
  }
  const goTo = async (lineNumber: number, column: number): Promise<void> => {
    await window.vs.page.keyboard.press('Control+G');
    await window.vs.quick.enter(`:${lineNumber}:${column}`);
    await window.vs.page.locator('.quick-input-widget:visible').waitFor({ state: 'detached' });
    await window.vs.page.locator('.part.statusbar', { hasText: `Ln ${lineNumber}, Col ${column}` }).waitFor();
  };
  const fixes = (title: string) => window.vs.page.locator('.action-widget .monaco-list-row', { hasText: title });
  const suggestions = () => window.vs.page.locator('.suggest-widget.visible .monaco-list-row');

  test('behind host: what the proxy was asked for is proposed, and taking it makes the file valid', async () => {
    await open('web');
    await window.vs.page.locator('.squiggly-error').first().waitFor();
    await window.vs.page.locator('.codelens-decoration', { hasText: '12 hits, 1 blocked' }).waitFor();
    await goTo(6, 13);
    await window.vs.askFor('Control+Space', suggestions().filter({ hasText: 'asked.example' }).first());
    await window.shot('manifest completion');
    await window.vs.page.keyboard.press('Enter');
    await until('the host in the text', async () => (await window.vs.editors.text()).includes('- host: asked.example'));
    await window.vs.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await window.vs.page.keyboard.press('Control+S');
    await until('the host in the file', () => readFileSync(join(window.home, 'bottles/web.md'), 'utf8').includes('- host: asked.example'));
  });

  test('a hover explains a key and tells what it comes to', async () => {
    await goTo(4, 4);
    await window.vs.command('Show or Focus Hover');
    const hover = window.vs.page.locator('.monaco-hover:visible', { hasText: 'Effective' });
    await hover.waitFor();
    expect(await hover.innerText()).toMatch(/base\.example.*api\.example.*from base\.md:5, this file/s);
    await window.shot('manifest hover');
    await window.vs.page.keyboard.press('Escape');
  });

  test('a slip is underlined and the lightbulb corrects it', async () => {
    await open('dev');
    await goTo(3, 13);
    await window.vs.page.keyboard.type('x');
    await window.vs.page.locator('.squiggly-error').first().waitFor();
    const fix = fixes('Change to base');
    await window.vs.askFor('Control+.', fix);
    await window.shot('manifest quick fix');
    await fix.click();
    await until('the name of the bottle', async () => (await window.vs.editors.text()).includes('bottle: base # the bottle'));
    await window.vs.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  });

  test('a bottle that is missing is made by the lightbulb', async () => {
    const { keyboard } = window.vs.page;
    await goTo(3, 13);
    await keyboard.type('-of-mine');
    await window.vs.page.locator('.squiggly-error').first().waitFor();
    const fix = fixes('Create the bottle base-of-mine');
    await window.vs.askFor('Control+.', fix);
    await fix.click();
    await window.vs.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    expect(readFileSync(join(window.home, 'bottles/base-of-mine.md'), 'utf8')).toContain('template: shell');
    for (const _letter of '-of-mine') await keyboard.press('Backspace');
    await until('the name of before', async () => (await window.vs.editors.text()).includes('bottle: base # the bottle'));
  });

  test('F2 on a bottle gives it another name everywhere, and saves it', async () => {
    await goTo(3, 10);
    const box = window.vs.page.locator('.rename-box input');
    await window.vs.askFor('F2', box);
    await box.fill('root');
    await window.vs.page.keyboard.press('Enter');
    await until('the file of another name', () => existsSync(join(window.home, 'bottles/root.md')));
    await until('every mention', () =>
      readFileSync(join(window.home, 'agents/dev.md'), 'utf8').includes('# who works here\nbottle: root # the bottle') &&
      readFileSync(join(window.home, 'bottles/web.md'), 'utf8').includes('extends: root') &&
      readFileSync(join(window.workspace, '.bot-bottle/agents/theirs.md'), 'utf8').includes('bottle: root'));
    expect(existsSync(join(window.home, 'bottles/base.md'))).toBe(false);
  });

  test('above an agent are buttons: the effective manifest and a dry run are documents', async () => {
    const lens = (words: string) => window.vs.page.locator('.codelens-decoration a', { hasText: words }).first();
    await lens('Effective manifest').click();
    await window.vs.editors.tab('dev.yaml').waitFor();
    await until('the effective manifest', async () => (await window.vs.editors.text()).includes('base.example'));
    await window.shot('manifest effective');
    await window.vs.editors.tab('dev.md').click();
    await lens('Dry run').click();
    await window.vs.editors.tab('dev.txt').waitFor();
    await until('the plan', async () => (await window.vs.editors.text()).includes('nothing was started'));
    await window.shot('manifest dry run');
    expect(window.bottles()).toEqual([]);
  });
});
