import { execFile } from 'node:child_process';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Removes a folder whatever the permissions in it say: an overlay leaves `work/work` with mode 000, and an agent may
 * lock any folder of its own, or nest folders deeper than a path may be long, where only programs that walk by
 * descriptors get. Links are removed, never followed. Nothing there is fine.
 */
export async function removeTree(path: string): Promise<void> {
  const ways = [
    () => rm(path, { recursive: true, force: true }),
    async () => {
      await unlock(path);
      await rm(path, { recursive: true, force: true, maxRetries: 2 });
    },
  ];
  for (const way of ways) if (await way().then(() => true, () => false)) return;
  await run('chmod', ['-R', 'u+rwX', '--', path]);
  await run('rm', ['-rf', '--', path]);
}

async function unlock(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isDirectory() !== true) return;
  await chmod(path, 0o700).catch(() => undefined);
  for (const entry of await readdir(path, { withFileTypes: true })) if (entry.isDirectory()) await unlock(join(path, entry.name));
}
