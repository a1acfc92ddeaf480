import { describe, expect, test } from 'vitest';
import { foldTable } from './fold.ts';
import { Folding } from './folding.ts';

const fold = foldTable();
/** What a text says in its strings, read in pieces that end at `cuts`. */
function strings(text: string, ...cuts: readonly number[]): { readonly values: string; readonly keys: string } {
  const bytes = Buffer.from(text);
  const folding = new Folding(fold);
  let from = 0;
  for (const to of cuts) from = (folding.push(bytes, from, to), to);
  const { values, keys } = folding.push(bytes, from, bytes.length);
  return { values: values.toString(), keys: keys.toString() };
}

describe('strings are told from what is between them', () => {
  test.each([
    ['a string that ends in a backslash', { dir: 'C:\\', a: 'one', b: 'two' }, 'conetwo', 'dirab'],
    ['one that ends in two', { dir: '\\\\host\\\\', a: 'one', b: 'two' }, 'hostonetwo', 'dirab'],
    ['a key that ends in one', { 'k\\': 'one', b: 'two' }, 'onetwo', 'kb'],
    ['quotes inside', { a: 'say "hi"', b: '\\"', c: 'two' }, 'sayhitwo', 'abc'],
    ['line ends inside', { a: 'on\ne', b: '\r\ntwo' }, 'onetwo', 'ab'],
    ['a text of JSON inside', { a: JSON.stringify({ x: 'one\n' }), b: 'two' }, 'xonetwo', 'ab'],
  ])('%s', (_what, value, values, keys) => {
    expect(strings(JSON.stringify(value))).toEqual({ values, keys });
  });

  test('wherever the text is cut', () => {
    const text = '{"dir":"C:\\\\","a":"o\\"n\\\\\\"e","b":"tw\\no\\\\\\\\"}';
    const whole = strings(text);
    expect(whole.values).toBe('conetwo');
    for (let cut = text.indexOf('C'); cut < text.length; cut++) {
      // A key that is cut is taken for a value.
      if (/[a-z]"?$/.test(text.slice(0, cut)) || text[cut] === ':') continue;
      expect(strings(text, cut).values, `cut at ${cut}`).toBe('conetwo');
    }
  });
});
