import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Owner } from '../../extension/core/backends/backend.ts';
import { createBubblewrapBackend } from '../../extension/core/backends/bubblewrap/backend.ts';
import { runRootOf } from '../../extension/core/backends/bubblewrap/places.ts';
import { waitForEnd } from '../../extension/core/backends/bubblewrap/processes.ts';
import { handleSchema } from '../../extension/core/backends/bubblewrap/running.ts';
import { removeTree } from '../../extension/core/files/removeTree.ts';
import { silentLog } from '../../extension/core/ports.ts';
import type { BackendWorld } from '../support/backends/world.ts';
import { runtimeForTests } from '../support/build.ts';
import { describeBackend } from './backend.ts';

const self: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

async function bubblewrapWorld(): Promise<BackendWorld> {
  const built = await runtimeForTests();
  const folder = await mkdtemp(join(tmpdir(), 'bot-bottle-contract-'));
  await chmod(folder, 0o755);
  return {
    backend: createBubblewrapBackend({ runtime: built.runtime, log: silentLog }),
    isolates: true,
    modes: ['overlay', 'copy'],
    owner: self.uid === 0 ? { uid: 12_345, gid: 12_345 } : self,
    folder,
    async crash(bottle) {
      const { keeper } = handleSchema.parse(bottle.handle);
      process.kill(keeper.pid, 'SIGKILL');
      await waitForEnd(keeper, 5_000);
    },
    leftovers: async (slug) => [...processesOf(slug), ...mountsOf(slug), ...runFoldersOf(slug), ...cgroupsOf(slug)],
    async close() {
      await removeTree(folder);
      await built.remove();
    },
  };
}

/** Whoever carries the slug in arguments or environment; zombies have neither. */
function processesOf(slug: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => ['cmdline', 'environ'].some((file) => read(`/proc/${name}/${file}`).includes(slug)))
    .map((name) => `process ${name}: ${read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').slice(0, 200)}`);
}

function mountsOf(slug: string): string[] {
  return read('/proc/self/mountinfo').split('\n').filter((line) => line.includes(slug));
}

function runFoldersOf(slug: string): string[] {
  const root = runRootOf(self.uid, process.env);
  return existsSync(root) ? readdirSync(root).filter((name) => name.startsWith(slug)).map((name) => join(root, name)) : [];
}

function cgroupsOf(slug: string): string[] {
  const root = '/sys/fs/cgroup';
  const hierarchies = existsSync(root) ? ['', ...readdirSync(root)] : [];
  return hierarchies
    .map((name) => join(root, name, 'bot-bottle'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => name.startsWith(slug)).map((name) => join(folder, name)));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

describeBackend('bubblewrap', bubblewrapWorld);
