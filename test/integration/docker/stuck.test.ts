import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDockerBackend } from '../../../extension/core/backends/docker/backend.ts';
import { adoptBottle } from '../../../extension/core/backends/docker/bottle/adopt.ts';
import { createLogMirrors } from '../../../extension/core/backends/docker/bottle/logMirror.ts';
import { removeLabelled } from '../../../extension/core/backends/docker/bottle/remove.ts';
import { labels } from '../../../extension/core/backends/docker/bottle/objects.ts';
import { createExitWaits } from '../../../extension/core/backends/docker/bottle/waits.ts';
import { connectEngine } from '../../../extension/core/backends/docker/engine/engine.ts';
import { silentLog, type Log } from '../../../extension/core/ports.ts';
import { idle, makeBench, type Bench, type Started } from '../../contract/bench.ts';
import { metadataOf } from '../../support/backends/spec.ts';
import { dockerWorld, type DockerWorld } from '../../support/docker/world.ts';

/** Stops every process that comes after it, among them what the engine starts beside it while that is still the engine's. */
const stopper = 'echo ready; while :; do for p in /proc/[0-9]*; do p=${p#/proc/}; [ "$p" -gt $$ ] && kill -STOP "$p"; done; done 2>/dev/null';

describe('an agent that makes the engine hold its container', () => {
  let world: DockerWorld;
  let bench: Bench;
  beforeAll(async () => {
    world = await dockerWorld();
    bench = makeBench(world);
  });
  afterAll(() => bench.close());

  /** A bottle about whose agent the engine answers nothing any more. */
  async function stuck(): Promise<Started> {
    const made = await bench.start({ script: stopper });
    const agent = world.docker.getContainer(String(made.bottle.handle['agent']));
    for (;;) {
      made.bottle.exec({ argv: ['true'] }).catch(() => undefined);
      const answered = await agent.inspect({ abortSignal: AbortSignal.timeout(3_000) }).then(() => true, () => false);
      if (!answered) return made;
    }
  }

  it('is found all the same, and is stopped with all that belongs to it, while others are not held up', async () => {
    const other = await bench.start({ script: idle });
    const made = await stuck();
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (text) => void warned.push(text) };
    const backend = createDockerBackend({ runtime: world.runtime, log, env: world.env });
    const found = await backend.adopt(metadataOf(made, 'docker', made.bottle.handle), AbortSignal.timeout(10_000));
    expect(found?.ended).toBeUndefined();
    expect(warned.join()).toContain(made.spec.slug);
    expect((await backend.adopt(metadataOf(other, 'docker', other.bottle.handle), AbortSignal.timeout(10_000)))?.ended).toBeUndefined();
    await found?.stop();
    expect(await world.leftovers(made.spec.slug)).toEqual([]);
    expect((await bench.run(other.bottle, 'echo alive')).stdout).toBe('alive\n');
  });

  it('is cut off at an engine elsewhere, keeps its workspace, and the way to end it is told', async () => {
    const made = await stuck();
    const engine = await connectEngine(world.env, AbortSignal.timeout(10_000));
    const elsewhere = { ...engine, info: { ...engine.info, KernelVersion: 'another' } };
    const agent = String(made.bottle.handle['agent']);
    const wanted = { [labels.start]: String(made.bottle.handle['start']) };
    await expect(removeLabelled(elsewhere, wanted, 2_000)).rejects.toMatchObject({ code: 'backend-failed', hint: expect.stringContaining(`grep -ls ${agent}`) });
    expect((await world.leftovers(made.spec.slug)).map((name) => name.replace(/^.*-([a-z]+)-[0-9a-f]{6}$/, '$1')).sort()).toEqual(['agent', 'bridge', 'workspace']);
    const deps = { engine: elsewhere, waits: createExitWaits(), mirrors: createLogMirrors(silentLog), log: silentLog, patienceMs: 500 };
    expect(await adoptBottle(deps, metadataOf(made, 'docker', made.bottle.handle), AbortSignal.timeout(10_000))).toBeDefined();
    await removeLabelled(engine, wanted, 2_000);
    expect(await world.leftovers(made.spec.slug)).toEqual([]);
  });
});
