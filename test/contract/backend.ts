import { afterAll, beforeAll, describe } from 'vitest';
import type { BackendWorld } from '../support/backends/world.ts';
import { describeCommands } from './commands.ts';
import { describeFence } from './fence.ts';
import { describeGuest } from './guest.ts';
import { describeLifecycle } from './lifecycle.ts';
import type { Bench } from './bench.ts';
import { makeBench } from './bench.ts';

/**
 * What every backend promises (`extension/core/backends/backend.ts`), as tests. Call it once per backend; `create`
 * makes the world before the first test and the suite closes it. Everything a test starts is stopped after it. What
 * needs a fence or a real terminal is left out for a backend that has neither.
 */
export function describeBackend(name: string, create: () => Promise<BackendWorld>, fenced: { readonly isolates: boolean } = { isolates: true }): void {
  describe(name, () => {
    let bench: Bench | undefined;
    const use = (): Bench => {
      if (bench === undefined) throw new Error('the world was not made');
      return bench;
    };
    beforeAll(async () => {
      bench = makeBench(await create());
    });
    afterAll(async () => {
      await bench?.close();
    });
    describeLifecycle(use, fenced.isolates);
    describeCommands(use, fenced.isolates);
    describeGuest(use, fenced.isolates);
    if (fenced.isolates) describeFence(use);
  });
}
