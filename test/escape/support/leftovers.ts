import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOrphaned } from '../../../extension/core/process/throwaway.ts';
import { hostProcesses, hostRun } from './host.ts';
import type { Machine } from './machine.ts';

const containers = ['container', 'volume', 'network'] as const;

/**
 * Everything on this host that belongs to a bottle or, without a slug, to any bottle of this home: processes, mounts,
 * control groups, run folders, Engine objects. Folders for the review of changes are not counted. Throw-away things of
 * processes that are gone count, whoever those were.
 */
export async function leftovers(machine: Pick<Machine, 'home' | 'owner' | 'world'>, slugs: readonly string[]): Promise<string[]> {
  const found = await Promise.all([
    processesOf(machine, slugs),
    mountsOf(machine, slugs),
    foldersOf('/sys/fs/cgroup', slugs, 4),
    foldersOf('/run', slugs, 3),
    machine.world === 'docker' ? engineObjectsOf(slugs) : [],
    orphans(machine.world),
  ]);
  return found.flat();
}

async function processesOf({ home, owner }: Pick<Machine, 'home' | 'owner'>, slugs: readonly string[]): Promise<string[]> {
  const own = process.geteuid?.();
  const ours = (await hostProcesses()).filter(({ pid, uid, command, environment }) => {
    if (pid === process.pid) return false;
    // Nobody else has the owner's uid, unless the tests run as an ordinary user.
    if (uid === owner.uid && own === 0) return true;
    if (command.includes(home)) return true;
    return slugs.some((slug) => environment.includes(`BOT_BOTTLE_SLUG=${slug}\0`) || new RegExp(`(^|[^a-z0-9-])${slug}([^a-z0-9-]|$)`).test(command));
  });
  return ours.map(({ pid, command }) => `process ${pid} ${command.slice(0, 160)}`);
}

async function mountsOf({ home }: Pick<Machine, 'home'>, slugs: readonly string[]): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return mounts.filter((line) => line.includes(home) || slugs.some((slug) => line.includes(`/${slug}/`) || line.includes(`-${slug}`))).map((line) => `mount ${line}`);
}

/** Folders whose own name carries a slug, at most `depth` levels down. */
async function foldersOf(root: string, slugs: readonly string[], depth: number): Promise<string[]> {
  if (depth === 0) return [];
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const path = join(root, name);
        const hit = slugs.some((slug) => name === slug || name.endsWith(`-${slug}`) || name.includes(`-${slug}.`)) ? [`folder ${path}`] : [];
        return [...hit, ...(await foldersOf(path, slugs, depth - 1))];
      }),
  );
  return found.flat();
}

async function engineObjectsOf(slugs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    slugs.flatMap((slug) =>
      containers.map(async (kind) => {
        const out = await hostRun('docker', [kind, 'ls', ...(kind === 'container' ? ['-a'] : []), '-q', '--filter', `label=bot-bottle.slug=${slug}`]);
        return out.split('\n').filter((id) => id !== '').map((id) => `${kind} ${id} of ${slug}`);
      }),
    ),
  );
  return found.flat();
}

async function orphans(world: Machine['world']): Promise<string[]> {
  const folders = await readdir(tmpdir());
  const asked = world === 'docker' ? (['container', 'volume'] as const) : [];
  const found = await Promise.all(
    asked.map(async (kind) => hostRun('docker', [kind, 'ls', ...(kind === 'container' ? ['-a'] : []), '--format', kind === 'container' ? '{{.Names}}' : '{{.Name}}', '--filter', 'label=bot-bottle.probe'])),
  );
  return [...folders, ...found.flatMap((out) => out.split('\n'))].filter(isOrphaned).map((name) => `throw-away ${name}`);
}
