import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentProgress } from '../../extension/core/ports.ts';
import { hostProcesses, hostRun, until } from '../escape/support/host.ts';
import { run } from '../escape/support/inside.ts';
import { leftovers } from '../escape/support/leftovers.ts';
import { type World, worlds } from '../escape/support/machine.ts';
import { chosenSeed, chosenTries } from './support/chosen.ts';
import { openSite, type Site } from './support/site.ts';
import { chance } from '../support/random.ts';

/** Ends without warning what holds a bottle: its keeper, or one of its three containers. */
async function killHolder(world: World, site: Site, slug: string, pick: number): Promise<string> {
  if (world === 'docker') {
    const ids = (await hostRun('docker', ['ps', '-q', '--filter', `label=bot-bottle.slug=${slug}`])).trim().split('\n');
    const id = ids[Math.floor(pick * ids.length)] ?? '';
    await hostRun('docker', ['kill', id]);
    return (await hostRun('docker', ['inspect', '--format', '{{index .Config.Labels "bot-bottle.role"}}', id]).catch(() => 'a container')).trim();
  }
  const { dist } = site.machine.built.runtime;
  const keepers = (await hostProcesses()).filter(({ command }) => command.includes(`${dist}/keeper.js`));
  expect(keepers).toHaveLength(1);
  for (const { pid } of keepers) process.kill(pid, 'SIGKILL');
  return 'keeper';
}

describe.each(worlds)('what holds a bottle is killed on %s', (world) => {
  let site: Site;
  const mark = randomBytes(3).toString('hex');
  beforeAll(async () => {
    site = await openSite(world);
  }, 900_000);
  afterAll(() => site?.end(), 120_000);

  it('its processes end by themselves, and after a clean-up nothing is left of it', async () => {
    const seed = chosenSeed();
    const next = chance(seed);
    console.log(`${world} holder: CRASH_SEED=${seed}`);
    for (let attempt = 0; attempt < chosenTries(); attempt++) {
      const { bottles } = site.machine;
      const plan = await bottles.plan({ agent: 'probe', workspace: site.workspace, backend: world, label: `holder-${mark}-${attempt}` }, AbortSignal.timeout(60_000));
      const bottle = await bottles.start(plan, silentProgress, AbortSignal.timeout(120_000));
      const { slug } = bottle;
      bottle.exited.catch(() => undefined);
      const busy = run(bottle, ['/bin/sh', '-c', 'setsid sleep 100000 & sleep 100001 & echo x > /workspace/new; wait']).catch(() => undefined);
      const moment = next() * 400;
      await new Promise((resolve) => setTimeout(resolve, moment));
      const killed = await killHolder(world, site, slug, next());
      const where = `try ${attempt}, ${killed} killed ${Math.round(moment)} ms after the start, seed ${seed}`;
      if (world === 'bubblewrap') {
        await until(async () => (await leftovers(site.machine, [slug])).every((line) => !line.startsWith('process ')), `${where}: the end of its processes`, 2_000);
      }
      await site.cleanUp();
      await busy;
      await site.stopRunning();
      await site.expectNothingOf([slug]).catch((thrown: unknown) => {
        throw new Error(where, { cause: thrown });
      });
      expect(await site.missingBystanders(), where).toEqual([]);
    }
  }, 900_000);
});
