import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Owner } from '../../../extension/core/backends/backend.ts';
import type { Bottles } from '../../../extension/core/bottle/bottles.ts';
import { type Log, silentLog } from '../../../extension/core/ports.ts';
import { createBottles } from '../../../extension/core/root.ts';
import type { PlainRoute } from '../../../schemas/manifest/edit.ts';
import { printManifest } from '../../../schemas/manifest/print.ts';
import { type BuiltRuntime, runtimeForTests } from '../../support/build.ts';
import { localBase } from '../../support/docker/base.ts';

/** The backends every case runs on. */
export const worlds = ['bubblewrap', 'docker'] as const;
export type World = (typeof worlds)[number];

/** A home of its own with an agent `probe`, and the whole product over it. */
export interface Machine {
  readonly world: World;
  readonly built: BuiltRuntime;
  readonly home: string;
  readonly bottles: Bottles;
  /** Who the agent is on the host: a uid nobody else on this machine has, so that its processes can be told. */
  readonly owner: Owner;
  /** A workspace of the owner's, with these files by relative path. */
  workspace(files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
  /** Stops every bottle and removes everything the machine made. */
  end(): Promise<void>;
}

export interface MachineOptions {
  /** `egress` of the bottle's manifest. */
  readonly egress?: { readonly log?: number; readonly routes: readonly PlainRoute[] };
  /** `env` of the bottle's manifest. */
  readonly env?: Readonly<Record<string, string>>;
  /** Joined to the environment that the product sees. */
  readonly hostEnv?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** Sets up the product for one backend. Whatever is missing on this machine is told by the first start. */
export async function machineFor(world: World, options: MachineOptions = {}): Promise<Machine> {
  const built = await runtimeForTests();
  const root = await mkdtemp(join(tmpdir(), 'bot-bottle-escape-'));
  // The agent is another user when root runs the tests, and has to reach its workspace.
  await chmod(root, 0o711);
  const home = join(root, 'home');
  const owner = ownOwner();
  await writeFiles(home, {
    'bottles/probe.md': manifest(options),
    'agents/probe.md': '---\nbottle: probe\n---\n',
  });
  const bottles = createBottles({
    runtime: built.runtime,
    home,
    env: { ...process.env, ...(world === 'docker' ? { BOT_BOTTLE_BASE_IMAGE: await localBase() } : {}), ...options.hostEnv },
    secrets: { get: (name) => Promise.resolve(options.secrets?.[name]) },
    ask: { secret: () => Promise.resolve(undefined) },
    log: options.log ?? silentLog,
  });
  return {
    world,
    built,
    home,
    bottles,
    owner,
    workspace: async (files) => {
      const folder = await mkdtemp(join(root, 'workspace-'));
      await writeFiles(folder, files);
      await giveTo(folder, Object.keys(files), owner);
      await chmod(folder, 0o755);
      return folder;
    },
    end: async () => {
      for (const { slug } of await bottles.list()) await bottles.stop(slug, { discardChanges: true });
      await bottles.sweep();
      await rm(root, { recursive: true, force: true });
      await built.remove();
    },
  };
}

function manifest({ egress, env }: MachineOptions): string {
  return printManifest({ agent_provider: { template: 'shell' }, ...(egress === undefined ? {} : { egress }), ...(env === undefined ? {} : { env }) }, '');
}

function ownOwner(): Owner {
  const uid = process.geteuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getegid?.() ?? uid };
  const number = randomInt(61_200, 64_000);
  return { uid: number, gid: number };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function giveTo(folder: string, paths: readonly string[], { uid, gid }: Owner): Promise<void> {
  const all = new Set([folder]);
  for (const path of paths) for (let at = path; at !== '.'; at = dirname(at)) all.add(join(folder, at));
  for (const path of all) await chown(path, uid, gid);
}
