import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInHost } from '../support/vscode/inHost.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bot-bottle-inhost-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The built extension beside the bundled suites: the editor runs a suite only from inside the extension's folder. */
async function extensionWithSuites(): Promise<{ readonly extension: string; readonly bundle: string }> {
  const extension = join(folder, 'extension');
  for (const part of ['package.json', 'package.nls.json', 'media', 'dist', 'provider-images']) await cp(join(root, part), join(extension, part), { recursive: true });
  const bundle = join(extension, 'dist-test/index.js');
  await build({ entryPoints: [join(root, 'test/inhost/main.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'error' });
  return { extension, bundle };
}

it('every suite passes inside the extension host of a real editor', async () => {
  const workspace = join(folder, 'workspace');
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, 'readme.txt'), 'sample\n');
  const tests = await runInHost({ ...(await extensionWithSuites()), workspace, folder: join(folder, 'editor'), env: { BOT_BOTTLE_HOME: join(folder, 'home') } });
  expect(tests.length).toBeGreaterThan(5);
  expect(tests.filter((test) => test.error !== null)).toEqual([]);
});
