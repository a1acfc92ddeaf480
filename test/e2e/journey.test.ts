import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { writeSample } from '../../scripts/sample/files.mjs';
import { createTestAuthority } from '../support/host/authority.ts';
import { whyNot } from '../support/host/backends.ts';
import { extraCaFile } from '../support/host/extraCa.ts';
import { startModel, type ModelServer } from '../support/model/server.ts';
import { until } from '../support/until.ts';
import { openBrowser } from '../support/vscode/browser.ts';
import { startEditor, type EditorServer } from '../support/vscode/codeServer.ts';
import { createWorkbench, type Workbench } from '../support/vscode/workbench.ts';

const realToken = 'sk-ant-oat01-real-token-of-the-person';
const shots = resolve(import.meta.dirname, '../../test-results/journey');

/** What the person types: the agent repairs the function, runs the tests inside, and tells. */
const prompt = [
  'Please make the test pass.',
  "{{bash:sed -i 's|return sum / numbers.length|return numbers.length === 0 ? 0 : sum / numbers.length|' src/mean.js}}",
  '{{bash:node --test --test-reporter=tap 2>&1 | grep -E "^# (pass|fail)" > result.txt; cat result.txt}}',
  '{{bash:curl -sS -m 10 https://example.com/ -o stolen.txt || echo no way out}}',
  '{{say:The mean is right and every test passes.}}',
].join(' ');

describe.each(['bubblewrap', 'docker'] as const)('the main job in VS Code with %s', (backend) => {
  const reason = whyNot(backend);
  if (reason !== undefined) {
    test.skip(`everything (${reason})`, () => undefined);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bottle-journey-'));
  const workspace = join(folder, 'sample');
  const home = join(folder, 'home');
  const env: Record<string, string> = { BOT_BOTTLE_HOME: home, BOT_BOTTLE_BACKEND: backend, TEST_MODEL_TOKEN: realToken };
  let model: ModelServer;
  let editor: EditorServer;
  let browser: Browser;
  let vs: Workbench;
  const source = (): string => readFileSync(join(workspace, 'src/mean.js'), 'utf8');
  const before = (): string => 'return sum / numbers.length';
  /** The shipped command on this home, as a second pair of eyes. */
  const cli = (...args: string[]): string =>
    execFileSync(process.execPath, [resolve(import.meta.dirname, '../../dist/cli.js'), ...args], { env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  const testsPass = (): boolean => spawnSync(process.execPath, ['--test'], { cwd: workspace, env: { PATH: process.env['PATH'] ?? '' } }).status === 0;
  const shot = (name: string): Promise<void> => vs.screenshot(join(shots, `${backend}-${name}.png`));

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    writeSample(workspace);
    // A folder of an ordinary person, as an editor that root runs on a remote machine finds it.
    if (process.getuid?.() === 0) {
      chmodSync(folder, 0o755);
      execFileSync('chown', ['-R', '1000:1000', workspace]);
    }
    const authority = createTestAuthority();
    model = await startModel(authority);
    env['BOT_BOTTLE_EXTRA_CA'] = extraCaFile(folder, authority.certPem);
    const manifests = {
      'bottles/claude.md': [
        '---', 'agent_provider:', '  template: claude', '  auth_token: TEST_MODEL_TOKEN', 'env:', `  ANTHROPIC_BASE_URL: ${model.url}`,
        'egress:', '  routes:', `    - host: ${model.host}`, '      private_addresses: true', '---', '',
      ].join('\n'),
      'agents/claude.md': '---\nbottle: claude\n---\nBe brief.\n',
    };
    for (const [name, text] of Object.entries(manifests)) {
      mkdirSync(join(home, name, '..'), { recursive: true });
      writeFileSync(join(home, name), text);
    }
    // The first start of a machine builds images and fetches the agent, which is not what a person waits for later.
    cli('start', 'claude', '--yes', '--detach', '--label', 'first', '--workspace', workspace);
    cli('stop', 'first', '--discard-changes');
    editor = await startEditor({ folder: join(folder, 'editor'), vsix: inject('vsix'), workspace, env });
    const opened = await openBrowser();
    browser = opened.browser;
    vs = createWorkbench(opened.page);
    await vs.open(editor.url);
    await vs.status('botBottle.status').waitFor({ timeout: 60_000 });
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await editor?.stop();
    await model?.close();
    for (const { slug } of JSON.parse(cli('list', '--json'))) cli('stop', slug, '--discard-changes');
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await shot(`failed-${task.name.slice(0, 40).replaceAll(/\W+/g, '-')}`).catch(() => undefined);
  });

  test('the sample has a failing test to begin with', () => {
    expect(testsPass()).toBe(false);
  });

  test('the palette starts the agent, after the plan was shown', async () => {
    await vs.command('Bottle: Start Agent');
    await vs.quick.titled('agent');
    await vs.quick.pick('claude');
    await vs.quick.titled('label');
    await vs.quick.enter('fix the mean');
    await vs.quick.titled('colour');
    await vs.quick.pick('green');
    await vs.quick.titled('4/4');
    const plan = await vs.quick.text();
    expect(plan).toContain(model.host);
    expect(plan).toContain('TEST_MODEL_TOKEN');
    expect(plan).not.toContain(realToken);
    await shot('1-plan');
    await vs.quick.pick('Start');
    await vs.terminals.shows(/bypass permissions on/i, 60_000);
    await shot('2-agent');
    expect(JSON.parse(cli('list', '--json'))).toMatchObject([{ agent: 'claude', backend, state: 'running', label: 'fix the mean', color: 'green' }]);
  });

  test('the agent works inside: it edits, runs the tests, and finds no way out', async () => {
    await vs.terminals.type(prompt);
    await vs.page.keyboard.press('Enter');
    await vs.terminals.shows(/● The mean is right and every test passes\./, 90_000);
    await shot('3-worked');
    expect(cli('exec', 'fix-the-mean', '--', 'cat', 'result.txt')).toMatch(/# pass 2\n# fail 0/);
  });

  test('the model saw the real credential, and nothing in the bottle ever held it', () => {
    const asked = model.requests.filter((request) => request.path.endsWith('/v1/messages'));
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(new Set(asked.map((request) => request.authorization))).toEqual(new Set([`Bearer ${realToken}`]));
    expect(model.requests.map((request) => request.body).join('')).not.toContain(realToken);
    const inside = cli('exec', 'fix-the-mean', '--', 'sh', '-c', `grep -rlae '${realToken.slice(4)}' /proc/[0-9]*/environ /proc/[0-9]*/cmdline "$HOME" /workspace /tmp /run 2>/dev/null | grep -v "/proc/$$/" | grep -v cmdline || true; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep OAUTH`);
    expect(inside).toContain('CLAUDE_CODE_OAUTH_TOKEN=');
    expect(inside).not.toContain(realToken);
  });

  test('the host is as it was', () => {
    expect(source()).toContain(before());
    expect(testsPass()).toBe(false);
  });

  test('the egress log shows what was allowed and what was refused', async () => {
    await vs.command('Bottle: Show Egress Log');
    const panel = await vs.webview('.list');
    await panel.getByText('example.com').first().waitFor();
    await panel.getByText(model.host.split(':')[0] ?? '').first().waitFor();
    await shot('4-egress');
  });

  test('a reload in the middle of work loses nothing', async () => {
    await vs.command('Bottle: Attach');
    await vs.terminals.type('Once more: {{wait:9000}}{{bash:echo slept > slept.txt}} {{say:Back from a long sleep.}}');
    await vs.page.keyboard.press('Enter');
    await vs.terminals.shows(/esc to interrupt/i);
    // The window saves which terminals it has a moment after that changed, and tells nobody when it is done.
    await vs.page.waitForTimeout(2_500);
    await vs.page.reload();
    await vs.status('botBottle.status').waitFor({ timeout: 60_000 });
    await vs.terminals.shows(/● Back from a long sleep\./, 60_000);
    expect(await vs.terminals.count()).toBe(1);
    await vs.command('Bottle: Attach');
    expect(await vs.terminals.count()).toBe(1);
    await shot('5-reloaded');
  });

  test('closing the terminal only detaches', async () => {
    await vs.command('Terminal: Kill All Terminals');
    await until('the terminal to be gone', async () => (await vs.terminals.count()) === 0);
    expect(JSON.parse(cli('list', '--json'))).toMatchObject([{ state: 'running' }]);
    await vs.command('Bottle: Attach');
    await vs.terminals.shows(/bypass permissions on/i);
  });

  test('the review shows the changes, and applying them makes the test pass on the host', async () => {
    await vs.command('Bottle: Review Changes');
    await vs.page.locator('.multiDiffEntry').first().waitFor();
    await until('the changed file in the review', async () => (await vs.editors.diffFiles()).some((name) => name.includes('mean.js')));
    await shot('6-review');
    await vs.command('Bottle: Apply All Changes');
    await until('the change on the host', () => !source().includes(before()));
    expect(testsPass()).toBe(true);
    await shot('7-applied');
  });

  test('stopping ends it and leaves nothing', async () => {
    await vs.command('Bottle: Stop');
    await vs.dialog.press('Stop');
    await until('the bottle to be gone', () => JSON.parse(cli('list', '--json')).length === 0, 60_000);
  });
});
