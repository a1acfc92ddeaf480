import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildInHostSuites } from '../../../scripts/vscode/inHostBundle.mjs';

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
  project.provide('inHostBundle', await buildInHostSuites(root));
  return () => rmSync(folder, { recursive: true });
}
