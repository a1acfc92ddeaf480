import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createScratch } from './folders.ts';

it.runIf(process.getuid?.() === 0)('what root writes into stays root\'s; the agent only walks through it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'scratch-'));
  try {
    const folders = { home: root, tools: root, scratch: (slug: string) => join(root, 'mark', slug) };
    const scratch = await createScratch(folders, 'one', { uid: 64_100, gid: 64_100 }, { uid: 0, gid: 0 });
    const { uid, gid, mode } = await lstat(scratch);
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 0, gid: 64_100, mode: 0o710 });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
