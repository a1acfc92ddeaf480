import { expect, it } from 'vitest';
import { byteText, stepText } from './progressText.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_440, '99.4 kB'],
  [99_600, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5000 TB'],
])('%i bytes read as %s', (bytes, text) => {
  expect(byteText(bytes)).toBe(text);
});

it('a step says name, share, amount and detail, as far as they are known', () => {
  expect(stepText({ name: 'Building the image', fraction: 0.256, bytes: 2_000_000, detail: 'step 3' })).toBe('Building the image · 26 % · 2.0 MB · step 3');
  expect(stepText({ name: 'Starting' })).toBe('Starting');
});
