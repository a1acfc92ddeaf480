import { removeTree } from '../../../files/removeTree.ts';
import type { Log } from '../../../ports.ts';
import type { Owner, RunningBottle } from '../../backend.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError } from '../engine/engineError.ts';
import { pullVolume } from '../workspace/pull.ts';
import { attachAgent } from './attach.ts';
import { openControl } from './control.ts';
import { execBeside } from './exec.ts';
import type { Handle } from './handle.ts';
import type { LogMirrors } from './logMirror.ts';
import { readMergedNames } from './mergedNames.ts';
import { labels } from './objects.ts';
import { removeLabelled } from './remove.ts';
import type { ExitWaits } from './waits.ts';

/** What a view of a bottle is made from, by `start` or `adopt`. */
export interface RunningDeps {
  readonly engine: Engine;
  readonly slug: string;
  readonly handle: Handle;
  readonly owner: Owner;
  readonly guestWorkspace: string;
  readonly waits: ExitWaits;
  readonly mirrors: LogMirrors;
  readonly log: Log;
  /** Exit code of an agent that is over already; undefined while it runs. */
  readonly ended: number | undefined;
}

/** A bottle on an engine. Every call asks the engine; nothing is cached but the wait for the exit code. */
export function runningBottle(deps: RunningDeps): RunningBottle {
  const { engine, slug, handle, owner, waits } = deps;
  const { docker } = engine;
  const agent = docker.getContainer(handle.agent);
  const bridge = docker.getContainer(handle.bridge);
  const user = `${owner.uid}:${owner.gid}`;
  const wait = (): Promise<number> => waits.exitOf(docker, handle.agent);
  // Nothing more will be logged for an agent that ended.
  if (handle.log !== null && deps.ended === undefined) deps.mirrors.follow(docker.getContainer(handle.sidecar), handle, handle.log);
  const saying = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw engineError(thrown, engine.endpoint, doing);
    }
  };
  return {
    slug,
    handle: { ...handle },
    get exited() {
      return wait();
    },
    ended: deps.ended,
    attach: (size) =>
      saying('attach to the agent', () => attachAgent({ container: agent, size, exited: wait })),
    exec: (request) => saying('run the command', () => execBeside({ container: agent, user, workdir: deps.guestWorkspace }, request)),
    control: () => saying('reach the sidecar', () => openControl(docker.getContainer(handle.sidecar), handle)),
    mergedNames: (folders) => saying('read the workspace', () => readMergedNames(bridge, user, folders)),
    pullWorkspace: (signal) =>
      saying('bring the workspace back', async () => {
        if (handle.pull === null) return;
        const left = await pullVolume(bridge, handle.pull, owner, signal);
        if (left.length > 0) deps.log.warn(`${left.length} paths of "${slug}" are too long for this machine and stay behind, the first of them in "${left[0]?.slice(0, 80) ?? ''}…".`);
      }),
    stop: () =>
      saying('remove the bottle', async () => {
        await removeLabelled(engine, { [labels.slug]: slug, [labels.home]: handle.home, [labels.start]: handle.start });
        if (handle.host !== null) await removeTree(handle.host);
      }),
  };
}
