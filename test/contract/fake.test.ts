import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeBackend } from '../../extension/core/backends/fake/backend.ts';
import type { BackendWorld } from '../support/backends/world.ts';
import { describeBackend } from './backend.ts';

async function fakeWorld(): Promise<BackendWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-contract-'));
  await chmod(folder, 0o755);
  return {
    backend: createFakeBackend(),
    isolates: false,
    modes: ['copy'],
    owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    folder,
    crash: () => Promise.reject(new Error('the fake lives in this process')),
    leftovers: async (slug) => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid) && environ(name).includes(`BOT_BOTTLE_SLUG=${slug}`)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function environ(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

describeBackend('fake', fakeWorld, { isolates: false });
