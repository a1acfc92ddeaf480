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
  expect(visible('\u00ad\u180e')).toBe('\\xad\\u180e');
  const others = [0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x200c, 0x200d, 0x2065, 0x206f, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff9];
  for (const code of others) expect(visible(`a${String.fromCodePoint(code)}b`)).toBe(`a\\u${code.toString(16).padStart(4, '0')}b`);
  for (const code of [0x1d173, 0xe0001, 0xe0041, 0xe007f, 0xe0100]) expect(visible(String.fromCodePoint(code))).toBe(`\\u{${code.toString(16)}}`);
});

test('ordinary text in any script stays as it is', () => {
  const text = 'naïve Größe 日本語 🍾 ❤\ufe0f\u00a0─\n\tindented';
  expect(visible(text)).toBe(text);
});
