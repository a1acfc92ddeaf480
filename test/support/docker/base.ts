import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Tag of the base image that is made without a registry; the first call on a machine takes about a minute. */
export async function localBase(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/images/base.mjs')], { cwd: root });
  return stdout.trim();
}
