import { expect, it } from 'vitest';
import { changedPart } from './changedPart.ts';

it.each([
  ['a\nb\nc\n', 'a\nb\nx\nc\n', { start: 4, end: 4, text: 'x\n' }],
  ['a\nb\nc\n', 'a\nB\nc\n', { start: 2, end: 4, text: 'B\n' }],
  ['a\na\n', 'a\na\na\n', { start: 4, end: 4, text: 'a\n' }],
  ['a', 'a\nb', { start: 0, end: 1, text: 'a\nb' }],
  ['same\n', 'same\n', { start: 5, end: 5, text: '' }],
])('%j becomes %j by one run of lines', (before, after, part) => {
  expect(changedPart(before, after)).toEqual(part);
  expect(before.slice(0, part.start) + part.text + before.slice(part.end)).toBe(after);
});
