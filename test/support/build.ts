import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Runtime } from '../../extension/core/ports.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const programs = ['keeper', 'sidecar-bridge', 'sidecar-control-stdio', 'sidecar-egress', 'sidecar-init', 'sidecar-names'];

export interface BuiltRuntime {
  readonly runtime: Runtime;
  remove(): Promise<void>;
}

/**
 * Builds the programs that run beside the agent, as the product ships them, into a folder of their own (1 s).
 * The folder can be read by everybody, as an installed extension's would.
 */
export async function runtimeForTests(): Promise<BuiltRuntime> {
  const dist = await mkdtemp(join(tmpdir(), 'bot-bottle-dist-'));
  await chmod(dist, 0o755);
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--dist', dist, '--only', programs.join(',')], { cwd: root });
  if (!existsSync(join(dist, 'keeper.js'))) throw new Error('scripts/build.mjs built no keeper.js');
  return {
    runtime: { node: process.execPath, nodeEnv: {}, dist, providerImages: join(root, 'provider-images') },
    remove: () => rm(dist, { recursive: true, force: true }),
  };
}
