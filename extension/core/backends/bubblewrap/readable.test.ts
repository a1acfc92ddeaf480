import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Runtime } from '../../ports.ts';
import { unreadablePrograms } from './readable.ts';

let folder: string;
let runtime: Runtime;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readable-'));
  const dist = join(folder, 'dist');
  for (const path of ['bin', 'dist', 'dist/sidecars', 'dist/node_modules']) await mkdir(join(folder, path), { mode: 0o755 });
  await cp('/bin/true', join(folder, 'bin/node'));
  await chmod(join(folder, 'bin/node'), 0o755);
  for (const name of ['init', 'egress']) await writeFile(join(dist, 'sidecars', `${name}.js`), '', { mode: 0o644 });
  runtime = { node: join(folder, 'bin/node'), nodeEnv: {}, dist, providerImages: folder };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('minds no closed folder above what is shown', async () => {
  await chmod(folder, 0o700);
  expect(unreadablePrograms(runtime)).toEqual([]);
});

it.each(['bin/node', 'bin', 'dist', 'dist/sidecars/init.js', 'dist/node_modules'])('names %s when only its owner may read it', async (path) => {
  await chmod(join(folder, path), 0o700);
  expect(unreadablePrograms(runtime)).toEqual([join(folder, path)]);
});
