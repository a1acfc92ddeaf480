import { expect, test } from 'vitest';
import { evasionRecall, plainRecall } from '../../../test/bench/dlp/recall.ts';

test('tokens and known secrets are found as they are, in what an agent would send them in', async () => {
  const { found, all, missed } = await plainRecall(3, 4);
  expect(found / all, missed.join(', ')).toBeGreaterThanOrEqual(0.98);
});

test('known secrets of all sizes are found in every encoding that can be undone', async () => {
  const { found, all, missed } = await evasionRecall(5, 2);
  expect(found / all, missed.join(', ')).toBeGreaterThanOrEqual(0.95);
});
