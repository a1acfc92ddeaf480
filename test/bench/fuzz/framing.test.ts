import { expect, test } from 'vitest';
import { fuzzFraming } from './framing.ts';

/** Inputs; the nightly run asks for a million. The seed is printed with a failure and repeats it. */
const count = Number(process.env['BOT_BOTTLE_FUZZ_COUNT'] ?? 20_000);
const seed = Number(process.env['BOT_BOTTLE_FUZZ_SEED'] ?? 1);

test(`${count} mutated requests, seed ${seed}`, { timeout: 24 * 3600 * 1000 }, async () => {
  const report = await fuzzFraming({ count, seed });
  process.stdout.write(`framing: ${report.inputs} inputs, ${report.passed} requests passed, ${report.failures.length} failures\n`);
  expect(report.failures).toEqual([]);
});
