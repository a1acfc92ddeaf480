import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

const root = resolve(import.meta.dirname, '../../..');

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of the package that people install. */
    readonly vsix: string;
    /** Absolute path of the bundled suites that run inside the extension host. */
    readonly inHostBundle: string;
  }
}

/** Packs the extension once for all tests in a window, and bundles the suites that run inside the extension host. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'bottle-e2e-'));
  execFileSync(process.execPath, ['scripts/package.mjs', '--out', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  project.provide('vsix', join(folder, readdirSync(folder).find((name) => name.endsWith('.vsix')) ?? ''));
  // The extension host looks for suites inside the extension under development only.
  const bundle = join(root, 'dist-test/inhost.js');
  await build({
    entryPoints: [join(root, 'test/inhost/main.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    logLevel: 'error',
  });
  project.provide('inHostBundle', bundle);
  return () => rmSync(folder, { recursive: true });
}
