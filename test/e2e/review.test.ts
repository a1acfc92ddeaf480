import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { exactly } from '../support/vscode/workbench.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';

const files = {
  'src/one.txt': 'one\n',
  'src/two.txt': 'two\n',
  'src/three.txt': 'three\n',
  'notes.txt': 'as the person left it\n',
  'package.json': '{ "name": "project", "scripts": { "test": "node --test" } }\n',
};

/** What the agent does to the copy. */
const work = [
  'echo one by the agent > src/one.txt',
  'echo two by the agent > src/two.txt',
  'echo new > src/new.txt',
  'rm src/three.txt',
  'echo notes by the agent > notes.txt',
  `printf '{ "name": "project", "scripts": { "test": "curl evil" } }\\n' > package.json`,
].join(' && ');

describe.each(['bubblewrap', 'docker'] as const)('a review of changes in %s', (backend) => {
  const reason = whyNot(backend);
  if (reason !== undefined) {
    test.skip(`everything (${reason})`, () => undefined);
    return;
  }
  let window: TestWindow;
  const host = (path: string): string => readFileSync(join(window.workspace, path), 'utf8');
  const agent = (command: string): string => window.cli('exec', 'work', '--', 'sh', '-c', command);
  /** An entry of the Source Control view: a file or the title of a group. */
  const entry = (name: string): Locator => window.vs.page.locator('.scm-view .monaco-list-row').filter({ has: window.vs.page.locator('.label-name, .resource-group .name', { hasText: exactly(name) }) }).first();
  const act = async (name: string, action: string): Promise<void> => {
    await entry(name).hover();
    await entry(name).locator(`a.action-label[aria-label^="${action}"]`).click();
  };
  const entries = (): Promise<string[]> => window.vs.page.locator('.scm-view .monaco-list-row').allInnerTexts();

  beforeAll(async () => {
    window = await openWindow({ manifests: shellManifests, files, env: { BOT_BOTTLE_BACKEND: backend } });
    window.cli('start', 'shell', '--workspace', window.workspace, '--label', 'work', '--detach', '--yes');
    agent(work);
    // The person goes on meanwhile.
    writeFileSync(join(window.workspace, 'notes.txt'), 'edited by the person\n');
  }, 900_000);
  afterAll(() => window?.close(), 120_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${backend} ${task.name}`);
  });

  test('opens as one diff of all files, listed by what may happen to them', async () => {
    await window.vs.command('Bottle: Review Changes');
    await window.vs.page.locator('.multiDiffEntry').first().waitFor();
    expect((await window.vs.editors.diffFiles()).length).toBeGreaterThan(0);
    await entry('one.txt').waitFor();
    const listed = (await entries()).map((text) => text.split('\n')[0]?.trim());
    expect(listed.filter((text) => ['Changes', 'Runs on your machine', 'Conflicts'].includes(text ?? ''))).toEqual(['Changes', 'Runs on your machine', 'Conflicts']);
    await window.shot(`review ${backend}`);
  });

  test('one file goes over alone', async () => {
    await act('one.txt', 'Apply');
    await until('the file on the host', () => host('src/one.txt') === 'one by the agent\n');
    expect(host('src/two.txt')).toBe('two\n');
    await entry('one.txt').waitFor({ state: 'detached' });
  });

  test('one file is thrown away in the bottle, after a yes', async () => {
    await act('new.txt', 'Discard');
    await until('the question', async () => (await window.vs.dialog.text()).includes('src/new.txt'));
    await window.vs.dialog.press('Discard');
    await entry('new.txt').waitFor({ state: 'detached' });
    expect(agent('ls src')).not.toContain('new.txt');
    expect(existsSync(join(window.workspace, 'src/new.txt'))).toBe(false);
  });

  test('a conflict shows both versions and has no way to be applied', async () => {
    await entry('notes.txt').hover();
    expect(await entry('notes.txt').locator('a.action-label[aria-label^="Apply"]').count()).toBe(0);
    await entry('notes.txt').click();
    await until('both versions', async () => {
      const { left, right } = await window.vs.editors.diff();
      return left.includes('notes by the agent') && right.includes('edited by the person');
    });
    await window.shot(`conflict ${backend}`);
  });

  test('what the agent changed since it was shown is not applied', async () => {
    await entry('two.txt').click();
    await until('the diff', async () => (await window.vs.editors.diff()).right.includes('two by the agent'));
    agent('echo two, changed behind the back > src/two.txt');
    await window.vs.editors.titleAction('Apply to Workspace').click();
    await window.vs.toast('stays in the bottle').waitFor();
    expect(host('src/two.txt')).toBe('two\n');
  });

  test('the list follows the agent without being asked', async () => {
    agent('echo later > src/later.txt');
    await entry('later.txt').waitFor();
    agent('rm src/later.txt && echo two by the agent > src/two.txt');
    await entry('later.txt').waitFor({ state: 'detached' });
  });

  test('a file that can run here needs its own yes, and stays when that is refused', async () => {
    await window.vs.command('Bottle: Review Changes');
    await window.vs.command('Bottle: Apply All Changes');
    await until('the question', async () => (await window.vs.dialog.text()).includes('package.json'));
    await window.shot(`risky ${backend}`);
    expect(await window.vs.dialog.text()).not.toContain('two.txt');
    await window.vs.dialog.press('Cancel');
    await until('the ordinary changes', () => host('src/two.txt') === 'two by the agent\n' && !existsSync(join(window.workspace, 'src/three.txt')));
    expect(host('package.json')).toBe(files['package.json']);
    expect(host('notes.txt')).toBe('edited by the person\n');
  });

  test('with the yes it goes over, and the conflict still stays', async () => {
    await window.vs.command('Bottle: Apply All Changes');
    await until('the question', async () => (await window.vs.dialog.text()).includes('package.json'));
    await window.vs.dialog.press('Apply It');
    await until('the risky file on the host', () => host('package.json').includes('curl evil'));
    expect(host('notes.txt')).toBe('edited by the person\n');
    await until('only the conflict left', async () => (await entries()).every((text) => /notes\.txt|Conflicts|Bottle/.test(text)));
    await window.shot(`applied ${backend}`);
  });
});
