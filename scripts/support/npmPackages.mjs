import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** Whether node_modules holds what the lock file says; platform-specific packages of other platforms aside. */
export function npmPackagesAreThere(root) {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version);
}

/** Installs the locked npm packages when they are not there. No package's scripts are run. */
export async function ensureNpmPackages(root) {
  if (npmPackagesAreThere(root)) return true;
  console.error('installing npm packages');
  return (await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root })) === 0;
}
