import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worlds } from '../escape/support/machine.ts';
import { chosenSeed, chosenTries } from './support/chosen.ts';
import { killAfter } from './support/kill.ts';
import { openSite, type Site } from './support/site.ts';
import { chance } from '../support/random.ts';

const standIn = join(import.meta.dirname, 'support/standIn.mjs');

describe.each(worlds)('whoever starts a bottle is killed on %s', (world) => {
  let site: Site;
  /** Milliseconds of a whole start, so that the moments of death are spread over all of it and a little beyond. */
  let whole: number;
  const mark = randomBytes(3).toString('hex');
  const start = (label: string): readonly string[] => ['start', 'probe', '--workspace', site.workspace, '--backend', world, '--label', label, '--detach', '--yes', '--json'];

  beforeAll(async () => {
    site = await openSite(world);
    // The first start may build images; the second one is like all others.
    for (const name of ['first', 'second']) {
      const before = performance.now();
      const { code, err } = await site.product.run(site.env, ...start(`${name}-${mark}`));
      if (code !== 0) throw new Error(`the start failed: ${err}`);
      whole = performance.now() - before;
      await site.stopRunning();
    }
  }, 900_000);
  afterAll(() => site?.end(), 120_000);

  async function dieAgainAndAgain(kind: string, launch: (label: string) => ReturnType<Site['product']['launch']>): Promise<void> {
    const seed = chosenSeed();
    const next = chance(seed);
    console.log(`${world} ${kind}: CRASH_SEED=${seed}, a whole start takes ${Math.round(whole)} ms`);
    let cut = 0;
    for (let attempt = 0; attempt < chosenTries(); attempt++) {
      const label = `${kind}-${mark}-${attempt}`;
      const moment = next() * whole * 1.1;
      await killAfter(launch(label), moment);
      await site.cleanUp();
      const survived = await site.stopRunning();
      cut += survived === 0 ? 1 : 0;
      await site.expectNothingOf([label]).catch((thrown: unknown) => {
        throw new Error(`try ${attempt}, killed after ${Math.round(moment)} ms, seed ${seed}`, { cause: thrown });
      });
      expect(await site.missingBystanders(), `try ${attempt}, seed ${seed}`).toEqual([]);
    }
    console.log(`${world} ${kind}: ${cut} of ${chosenTries()} starts were cut short`);
    expect(cut).toBeGreaterThan(0);
  }

  it('the command: after a clean-up nothing of it is left, and everything of others is', async () => {
    await dieAgainAndAgain('command', (label) => site.product.launch(site.env, ...start(label)));
  }, 900_000);

  it('an extension host: after a clean-up nothing of it is left, and everything of others is', async () => {
    await dieAgainAndAgain('window', (label) =>
      spawn(process.execPath, [standIn, site.product.dist, site.workspace, world, label], { env: site.env, stdio: 'ignore', detached: true }),
    );
  }, 900_000);

  it('an extension host that dies later leaves the bottle running for the next one', async () => {
    const label = `later-${mark}`;
    const host = spawn(process.execPath, [standIn, site.product.dist, site.workspace, world, label], { env: site.env, stdio: 'ignore', detached: true });
    await expect.poll(async () => (await site.product.run(site.env, 'exec', label, '--', 'true')).code, { timeout: 60_000 }).toBe(0);
    await killAfter(host, 0);
    await site.cleanUp();
    expect(await site.product.run(site.env, 'exec', label, '--', 'echo', 'alive')).toMatchObject({ code: 0, out: 'alive\n' });
    expect(await site.stopRunning()).toBe(1);
    await site.expectNothingOf([label]);
  }, 120_000);
});
