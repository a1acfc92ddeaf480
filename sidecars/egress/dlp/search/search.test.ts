import { describe, expect, test } from 'vitest';
import { random } from '../../../../test/support/random.ts';
import { ahoCorasick } from './ahoCorasick.ts';
import type { Search } from './search.ts';
import { wuManber } from './wuManber.ts';

const kinds: readonly (readonly [string, (needles: readonly Uint8Array[]) => Search, number])[] = [
  ['Wu-Manber', wuManber, 2],
  ['Aho-Corasick', ahoCorasick, 1],
];

function naive(needles: readonly Buffer[], text: Buffer, from: number, to: number): string[] {
  const hits: string[] = [];
  needles.forEach((needle, index) => {
    for (let at = text.indexOf(needle, from); at >= 0 && at + needle.length <= to; at = text.indexOf(needle, at + 1)) hits.push(`${index}@${at}`);
  });
  return hits.sort();
}

describe.each(kinds)('%s', (_name, make, shortest) => {
  test('finds what a plain search finds, in texts and windows of all kinds', () => {
    const r = random(42);
    for (let round = 0; round < 400; round++) {
      const alphabet = r.pick(['ab', 'abc', 'abcdefgh', '\u0000\u00ff']);
      const needles = Array.from({ length: 1 + r.below(12) }, () => Buffer.from(r.text(alphabet, shortest + r.below(9)), 'latin1'));
      const text = Buffer.from(r.text(alphabet, r.below(300)), 'latin1');
      const from = r.below(20);
      const to = Math.max(from, text.length - r.below(20));
      const hits: string[] = [];
      make(needles).find(text, from, Math.min(to, text.length), (index, at) => hits.push(`${index}@${at}`));
      expect(hits.sort(), JSON.stringify({ needles: needles.map(String), text: String(text), from, to })).toEqual(naive(needles, text, from, Math.min(to, text.length)));
    }
  });

  test('without needles finds nothing', () => {
    make([]).find(Buffer.from('anything'), 0, 8, () => expect.unreachable());
  });
});

test('a needle of one byte is refused by a search that jumps', () => {
  expect(() => wuManber([Buffer.from('a')])).toThrow(RangeError);
});
