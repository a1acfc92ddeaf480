import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { commands, extensions, window } from 'vscode';

/** What the workbench bench asks of the extension host, and the file it wants the numbers in. */
const slug = process.env['BENCH_SLUG'] ?? '';
const file = process.env['BENCH_FILE'] ?? '';

/**
 * Runs inside the extension host: how long loading and activation of the shipped bundle take, and how long the host's
 * event loop stands still while 10 MB of terminal output of a bottle pass through an integrated terminal.
 */
export async function run(): Promise<void> {
  const extension = extensions.getExtension('bot-bottle.bot-bottle');
  if (extension === undefined) throw new Error('the extension is not installed in this window');
  const bundle = createRequire(join(extension.extensionPath, 'package.json'));
  const path = bundle.resolve('./dist/extension.js');
  const kept = bundle.cache[path];
  delete bundle.cache[path];
  const began = performance.now();
  bundle(path);
  const load = performance.now() - began;
  bundle.cache[path] = kept;
  const activating = performance.now();
  await extension.activate();
  const activation = performance.now() - activating;

  await commands.executeCommand('botBottle.attach', { slug });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  while (window.terminals.length === 0) await wait(50);
  window.terminals.at(-1)?.sendText('go');
  // The agent ends after its last byte, then attach ends, then the terminal's process does.
  while (window.terminals.some((terminal) => terminal.exitStatus === undefined)) await wait(100);
  delay.disable();
  writeFileSync(file, JSON.stringify({ load, activation, stall: delay.max / 1e6 }));
  writeFileSync(process.env['BOT_BOTTLE_TEST_REPORT'] ?? file, '[]');
}
