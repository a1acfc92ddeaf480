import { expect, test } from 'vitest';
import { visible, visibleLine } from './visible.ts';

test('escape sequences of a hostile name are shown, not obeyed', () => {
  expect(visible('a\u001b]52;c;AAAA\u0007b')).toBe('a\\x1b]52;c;AAAA\\x07b');
  expect(visible('\u009b31m')).toBe('\\x9b31m');
});

test('a name cannot forge a second line or column', () => {
  expect(visibleLine('x\nallow\tall\r')).toBe('x\\nallow\\tall\\x0d');
});

test('marks that reorder or hide text are shown', () => {
  expect(visible('abc\u202etxt.exe\u200b')).toBe('abc\\u202etxt.exe\\u200b');
});

test('ordinary text in any script stays as it is', () => {
  const text = 'naïve Größe 日本語 🍾\n\tindented';
  expect(visible(text)).toBe(text);
});
