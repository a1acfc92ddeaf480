import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const programs = ['cli', 'core', 'errors', 'keeper', 'sidecar-bridge', 'sidecar-control-stdio', 'sidecar-egress', 'sidecar-init', 'sidecar-names'];

/** What a command of the product said and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The product as it is installed: bundles in a folder of their own, run as separate processes that can be killed. */
export interface Product {
  readonly dist: string;
  /** `bot-bottle ARGUMENT...`, to its end. */
  run(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Said>;
  /** The same, left running in a process group of its own, its words thrown away. */
  launch(env: NodeJS.ProcessEnv, ...args: readonly string[]): ChildProcess;
  remove(): Promise<void>;
}

export async function installProduct(): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-product-'));
  await chmod(folder, 0o755);
  const dist = join(folder, 'dist');
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--dist', dist, '--only', programs.join(',')], { cwd: root });
  await symlink(join(root, 'provider-images'), join(folder, 'provider-images'));
  const cli = join(dist, 'cli.js');
  return {
    dist,
    run: (env, ...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [cli, ...args], { env, timeout: 300_000 }, (error, out, err) => {
          resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err });
        });
      }),
    launch: (env, ...args) => spawn(process.execPath, [cli, ...args], { env, stdio: 'ignore', detached: true }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
