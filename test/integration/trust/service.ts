import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeBackend } from '../../../extension/core/backends/fake/backend.ts';
import type { Bottles, StartPlan } from '../../../extension/core/bottle/bottles.ts';
import { foldersOf } from '../../../extension/core/bottle/folders.ts';
import { createBottles } from '../../../extension/core/bottle/service.ts';
import { silentLog, silentProgress, systemClock } from '../../../extension/core/ports.ts';
import { shellProvider } from '../../../extension/core/providers/shell/shell.ts';
import { writeTree } from '../../support/workspace/world.ts';

/** The whole core on a home and a workspace of its own; the backend fences nothing and starts at once. */
export interface TrustWorld {
  readonly bottles: Bottles;
  readonly home: string;
  readonly workspace: string;
  /** Files below `home/` and `ws/`. */
  write(files: Readonly<Record<string, string>>): void;
  plan(agent?: string): Promise<StartPlan>;
  /** Starts the plan and ends the bottle again. Returns its slug. */
  start(plan: StartPlan): Promise<string>;
  /** Agrees and starts. */
  agree(agent?: string): Promise<void>;
  close(): void;
}

export function openTrustWorld(files: Readonly<Record<string, string>>): TrustWorld {
  const root = mkdtempSync(join(tmpdir(), 'bottle-trust-'));
  const [home, workspace] = [join(root, 'home'), join(root, 'ws')];
  const self = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  // It says of itself that it is not to be used; here it is what we want.
  const backend = { ...createFakeBackend(), probe: async () => [] };
  const bottles = createBottles({
    folders: foldersOf(home, self, {}),
    self,
    env: { HOME: root },
    secrets: { get: async () => undefined },
    ask: { secret: async () => undefined },
    log: silentLog,
    clock: systemClock,
    backends: new Map([[backend.name, backend]]),
    providers: new Map([[shellProvider.name, shellProvider]]),
  });
  const write: TrustWorld['write'] = (tree) => writeTree(root, tree);
  const signal = new AbortController().signal;
  const plan: TrustWorld['plan'] = (agent = 'helper') => bottles.plan({ agent, workspace, backend: 'fake' }, signal);
  const start: TrustWorld['start'] = async (of) => {
    const { slug } = await bottles.start(of, silentProgress, signal);
    await bottles.stop(slug, { discardChanges: true });
    return slug;
  };
  write(files);
  return {
    bottles,
    home,
    workspace,
    write,
    plan,
    start,
    agree: async (agent) => {
      const made = await plan(agent);
      await bottles.approve(made);
      await start(made);
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}
