import { expect, it } from 'vitest';
import type { Recommendations, RecommendedBottle } from '../../core/trust/recommendations.ts';
import { english } from '../words.ts';
import { bottleWords, folderNotice } from './words.ts';

const bottle: RecommendedBottle = { name: 'dev', path: '/w/dev.md', text: '', state: 'absent', present: null, reach: ['run shell', 'reach a.example'], problem: null };
const agent = { name: 'helper', path: '/w/helper.md', bottle: 'dev' };
const offered = (agents: number, ...bottles: RecommendedBottle[]): Recommendations => ({ agents: Array.from({ length: agents }, () => agent), bottles, warnings: [], sha256: '' });

it('says what a folder brings, and that nothing of it counts so far', () => {
  const words = (of: Recommendations) => folderNotice('app', of, english);
  expect(words(offered(1, bottle))).toBe('The folder app comes with an agent (helper). It recommends the bottle dev. Nothing of it is used before you agreed to it.');
  expect(words(offered(2))).toBe('The folder app comes with 2 agents. Nothing of it is used before you agreed to it.');
  expect(words(offered(0, bottle, { ...bottle, state: 'different' }))).toBe('The folder app recommends bottles. It recommends 2 bottles. Nothing of it is used before you agreed to it.');
});

it('says nothing when there is nothing, or nothing that is not there already', () => {
  expect(folderNotice('app', offered(0), english)).toBeUndefined();
  expect(folderNotice('app', offered(0, { ...bottle, state: 'same' }), english)).toBeUndefined();
});

it('tells the reach of a bottle, or why it cannot be used', () => {
  expect(bottleWords(bottle, english)).toEqual({ description: 'new', detail: 'It could run shell; reach a.example.' });
  expect(bottleWords({ ...bottle, state: 'different', problem: 'It is broken.' }, english)).toEqual({ description: 'differs from yours', detail: 'It is broken.' });
});
