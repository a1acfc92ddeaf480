import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runInHost } from '../support/vscode/inHost.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bottle-workbench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const measured = z.object({ load: z.number(), activation: z.number(), stall: z.number() });
const flood = "read go; head -c 10000000 /dev/zero | tr '\\0' x | fold -w 100";

test('activation, and 10 MB of terminal output, in the extension host of a real VS Code', async () => {
  const home = join(folder, 'home');
  const workspace = join(folder, 'workspace');
  for (const [path, text] of [['bottles/shell.md', 'agent_provider: {template: shell}'], ['agents/shell.md', 'bottle: shell']] as const) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), `---\n${text}\n---\n`);
  }
  mkdirSync(workspace);
  const env = { ...process.env, BOT_BOTTLE_HOME: home };
  execFileSync(process.execPath, [join(root, 'dist/cli.js'), 'start', 'shell', '--yes', '--detach', '--label', 'flood', '--backend', 'bubblewrap', '--prompt', flood], { cwd: workspace, env });
  const bundle = join(root, 'dist-test/bench.js');
  await build({ entryPoints: [join(import.meta.dirname, 'inhost.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'error' });
  const file = join(folder, 'measured.json');
  await runInHost({ extension: root, bundle, workspace, folder: join(folder, 'server'), env: { BOT_BOTTLE_HOME: home, BENCH_SLUG: 'flood', BENCH_FILE: file } });
  const numbers = measured.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(numbers.stall).toBeGreaterThan(0);
  const report = process.env['BENCH_REPORT'];
  if (report === undefined) console.log(numbers);
  else writeFileSync(report, JSON.stringify(numbers));
});
