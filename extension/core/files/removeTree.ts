import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Removes a folder whatever the permissions in it say: an overlay leaves `work/work` with mode 000, and an agent may
 * lock any folder of its own, or nest folders deeper than a path may be long, where only programs that walk by
 * descriptors get. Links are removed, never followed. Nothing there is fine.
 */
export async function removeTree(path: string): Promise<void> {
  const plain = await rm(path, { recursive: true, force: true }).then(() => true, () => false);
  if (plain) return;
  // Node may still be removing what it had begun with, so what is gone meanwhile is no failure here: `rm` has the last word.
  await run('chmod', ['-R', 'u+rwX', '--', path]).catch(() => undefined);
  await run('rm', ['-rf', '--', path]);
}
