import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../support/host/backends.ts';
import { until } from '../support/until.ts';
import { openWindow, shellManifests, type TestWindow } from './support/window.ts';

/** Words of the view's welcome, once they hold these. */
const welcome = (window: TestWindow, words: string): Promise<string> =>
  until(`the welcome to say ${words}`, async () => {
    const text = await window.vs.welcomeText();
    return text.includes(words) ? text : undefined;
  });

describe('a machine on which nothing can run a bottle', () => {
  const bare = mkdtempSync(join(tmpdir(), 'bottle-path-'));
  let window: TestWindow;
  beforeAll(async () => {
    // No bwrap, no docker; only what the editor's server itself starts. Started by a command line (VSCODE_CLI), the
    // editor does not ask a login shell for another PATH.
    for (const program of ['/bin/sh', '/bin/bash', '/usr/bin/env']) symlinkSync(program, join(bare, program.slice(program.lastIndexOf('/') + 1)));
    window = await openWindow({ manifests: shellManifests, env: { PATH: bare, VSCODE_CLI: '1', DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
  });
  afterAll(async () => {
    await window?.close();
    rmSync(bare, { recursive: true });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('the view says so, and Doctor names what is missing with its cure', async () => {
    await window.vs.sidebar('Bot Bottle');
    await welcome(window, 'No bottle can run on this machine yet');
    await window.shot('no backend');
    await window.vs.page.locator('.welcome-view-content a.monaco-button', { hasText: 'Run Doctor' }).click();
    await window.vs.quick.titled('Doctor');
    const report = await window.vs.quick.text();
    expect(report).toMatch(/bubblewrap/);
    expect(report).toMatch(/apt-get install|apt install/);
    expect(report).toMatch(/docker/i);
    await window.shot('doctor no backend');
    await window.vs.quick.cancel();
  });

  test('a start fails before anything is made, and offers Doctor', async () => {
    await window.vs.command('Bottle: Start Agent');
    await window.vs.quick.titled('agent');
    await window.vs.quick.pick('shell');
    await window.vs.quick.titled('label');
    await window.vs.quick.enter('');
    await window.vs.quick.titled('colour');
    await window.vs.quick.pick('No colour');
    await window.vs.toast(/bubblewrap/).waitFor();
    expect(await window.vs.toast(/bubblewrap/).innerText()).toContain('Doctor');
    await window.shot('start without backend');
    expect(window.bottles()).toEqual([]);
  });
});

describe.skipIf(whyNot('bubblewrap') !== undefined)('a window on a machine that works', () => {
  let window: TestWindow;
  beforeAll(async () => {
    window = await openWindow({ files: { 'readme.txt': 'A project.\n' }, env: { BOT_BOTTLE_BACKEND: 'bubblewrap' }, query: 'ew=true' });
  });
  afterAll(() => window?.close());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window?.shot(`failed ${task.name}`);
  });

  test('without a folder it asks for one', async () => {
    await window.vs.sidebar('Bot Bottle');
    await welcome(window, 'An agent works on a copy of a folder');
    await window.shot('no folder');
  });

  test('without a manifest it offers starters, and one click leads to a bottle', async () => {
    await window.vs.open(window.address(`folder=${encodeURIComponent(window.workspace)}`));
    await window.vs.sidebar('Bot Bottle');
    await welcome(window, 'A bottle is described by two small files');
    await window.shot('no manifest');
    expect(existsSync(join(window.home, 'bottles'))).toBe(false);
    await window.vs.page.locator('.welcome-view-content a.monaco-button', { hasText: 'Create a Shell Bottle' }).click();
    await window.vs.editors.tab('shell.md').waitFor();
    expect(readFileSync(join(window.home, 'agents/shell.md'), 'utf8')).toContain('bottle: shell');
    await welcome(window, 'No bottle is running');
    await window.shot('no bottles');
    await window.vs.page.locator('.welcome-view-content a.monaco-button', { hasText: 'Start Agent' }).click();
    await window.vs.quick.titled('agent');
    await window.vs.quick.pick('shell');
    await window.vs.quick.titled('label');
    await window.vs.quick.enter('first');
    await window.vs.quick.titled('colour');
    await window.vs.quick.pick('blue');
    await window.vs.quick.titled('4/4');
    await window.vs.quick.pick('Start');
    await window.vs.terminals.shows('$', 60_000);
    await window.vs.treeItem('first').waitFor();
    window.cli('stop', 'first', '--discard-changes');
    await welcome(window, 'No bottle is running');
  });

  test('with several folders it asks which one, and works on that', async () => {
    const second = join(window.folder, 'second');
    mkdirSync(second);
    writeFileSync(join(second, 'only-here.txt'), 'x\n');
    const file = join(window.folder, 'both.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ path: window.workspace }, { path: second }] }));
    await window.vs.open(window.address(`workspace=${encodeURIComponent(file)}`));
    await window.vs.status('botBottle.status').waitFor({ timeout: 60_000 });
    await window.vs.command('Bottle: Start Agent');
    await window.vs.quick.titled('folder');
    expect(await window.vs.quick.rows()).toEqual(['project', 'second']);
    await window.shot('several folders');
    await window.vs.quick.pick('second');
    await window.vs.quick.titled('agent');
    await window.vs.quick.pick('shell');
    await window.vs.quick.titled('label');
    await window.vs.quick.enter('two');
    await window.vs.quick.titled('colour');
    await window.vs.quick.pick('No colour');
    await window.vs.quick.titled('4/4');
    expect(await window.vs.quick.text()).toContain(second);
    await window.vs.quick.pick('Start');
    await window.vs.terminals.shows('$', 60_000);
    expect(window.cli('exec', 'two', '--', 'ls')).toContain('only-here.txt');
  });
});
