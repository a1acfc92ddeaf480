import { expect, test } from 'vitest';
import { editorOf, words } from './editor.ts';

test('VISUAL comes before EDITOR, an empty one counts for none', () => {
  expect(editorOf({ VISUAL: 'code --wait', EDITOR: 'vi' })).toEqual(['code', '--wait']);
  expect(editorOf({ VISUAL: ' ', EDITOR: 'vi' })).toEqual(['vi']);
  expect(editorOf({})).toBeUndefined();
});

test.each([
  ['a  b\tc', ['a', 'b', 'c']],
  ['"/with space/ed" -w', ['/with space/ed', '-w']],
  ["'/it is'\\''s/ed' \"a \\\"b\\\" \\c\"", ["/it is's/ed", 'a "b" \\c']],
  ['one\\ word --x="y z"', ['one word', '--x=y z']],
  ['$HOME `id` $(id); a|b >c', ['$HOME', '`id`', '$(id);', 'a|b', '>c']],
  ['an "open', ['an', '"open']],
  ["ed ''", ['ed', '']],
])('the command line %s is taken apart without a shell', (line, expected) => {
  expect(words(line)).toEqual(expected);
});
