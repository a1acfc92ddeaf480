import { expect, test } from 'vitest';
import { random } from '../../test/support/random.ts';
import { fuzzPolicy, randomFile } from '../../test/bench/fuzz/policy.ts';
import { parseRoutesFile, printRoutesFile, routesFileProblems } from './routesFile.ts';

test.each([1, 2, 3])('nothing passes that another reader denies, no host is read in two ways, no file is half taken (seed %i)', (seed) => {
  const { allowed, blocked, filesTaken, filesRefused, hostsTaken } = fuzzPolicy(seed, 3_000);
  for (const each of [allowed, blocked, filesTaken, filesRefused, hostsTaken]) expect(each).toBeGreaterThan(0);
});

test('what is printed reads as the same routes, log included', () => {
  const roll = random(7);
  let whole = 0;
  for (let i = 0; i < 150; i++) {
    const file = randomFile(roll);
    if (routesFileProblems(file).length > 0) continue;
    whole++;
    expect(parseRoutesFile(printRoutesFile(file))).toEqual({ ok: true, value: file });
  }
  expect(whole).toBeGreaterThan(50);
});
