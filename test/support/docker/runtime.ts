import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Runtime } from '../../../extension/core/ports.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const programs = ['bridge', 'control-stdio', 'egress', 'names'];

/** The programs that go into the sidecar image, built as the product ships them, in a folder of their own. */
export async function sidecarRuntime(): Promise<{ readonly runtime: Runtime; remove(): Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), 'bot-bottle-dist-'));
  const only = programs.map((name) => `sidecar-${name}`).join(',');
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--dist', dist, '--only', only], { cwd: root });
  return {
    runtime: { node: process.execPath, nodeEnv: {}, dist, providerImages: join(root, 'provider-images') },
    remove: () => rm(dist, { recursive: true, force: true }),
  };
}
