import { existsSync } from 'node:fs';
import type { Log, Runtime } from '../../ports.ts';
import type { Backend, Owner } from '../backend.ts';
import { workspaceModeOf } from './overlayProbe.ts';
import { runRootOf } from './places.ts';
import { probeMachine } from './probe.ts';
import { isAlive } from './processes.ts';
import { exitFileOf, handleSchema, recordedExit, runningBottle } from './running.ts';
import { startBottle } from './start.ts';
import { sweepRunFolders } from './sweep.ts';

/** Bottles made of Linux namespaces by bubblewrap: no daemon, no image, started in a fraction of a second. */
export function createBubblewrapBackend(deps: { readonly runtime: Runtime; readonly log: Log }): Backend {
  const self: Owner = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  const env = process.env;
  const runRoot = runRootOf(self.uid, env);
  return {
    name: 'bubblewrap',
    holds: new Set(['diskBytes', 'sessionMs', 'idleMs']),
    probe: (signal) => probeMachine(deps.runtime, self, env, signal),
    workspaceMode: (host, owner, signal) => workspaceModeOf(host, owner, self, signal),
    start: (spec, progress, signal) => startBottle({ ...deps, self, env }, spec, progress, signal),
    async adopt(metadata) {
      const handle = handleSchema.safeParse(metadata.handle).data;
      if (handle === undefined) return undefined;
      if (isAlive(handle.keeper)) return runningBottle(metadata.slug, handle, undefined);
      if (!existsSync(exitFileOf(handle.stateDir))) return undefined;
      return runningBottle(metadata.slug, handle, await recordedExit(handle.stateDir));
    },
    sweep: async (stateRoot, keep, signal) => ({ removed: await sweepRunFolders(runRoot, self.uid, stateRoot, keep, signal) }),
  };
}
