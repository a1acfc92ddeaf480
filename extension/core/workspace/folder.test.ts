import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EntryName, Folder } from './folder.ts';

describe('names in a folder', () => {
  let path: string;
  beforeAll(() => void (path = mkdtempSync(join(tmpdir(), 'bot-bottle-names-'))));
  afterAll(() => rmSync(path, { recursive: true, force: true }));

  /** What a folder says about a file of this name. */
  function named(name: string): EntryName | undefined {
    const file = join(path, name);
    writeFileSync(file, '');
    const folder = Folder.open(path);
    try {
      return folder.names()[0];
    } finally {
      folder.close();
      rmSync(file);
    }
  }

  test.each([
    ...['plain.ts', 'with space', 'naïve Größe.md', '日本語.txt', 'Screenshot at 3.04.05\u202fPM.png', 'a\u00a0b', 'ไทย', 'हिन्दी'],
    ...['🍾.md', '❤\ufe0f.md', '1\ufe0f\u20e3 first.md', '👩\u200d💻.md', '🏳\ufe0f\u200d🌈', '☎\ufe0e'],
    // Joiners and selectors where writing needs them: Persian, Sinhala, Japanese, Mongolian.
    ...['می\u200cخواهم', 'ශ්\u200dරී', '葛\u{e0100}城', 'ᠠ\u180b'],
  ])('%j is a name', (name) => {
    expect(named(name)).toEqual({ name });
  });

  test.each([
    ...[0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x2029, 0x200b, 0x200e, 0x200f, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x206a, 0x206f, 0xfeff],
    ...[0x061c, 0x00ad, 0x034f, 0x180e, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0, 0xfff0, 0xfff9, 0xfffb, 0x1bca0, 0x1d173, 0xe0000, 0xe0001, 0xe0041, 0xe007f, 0xe0fff],
    // Where they change nothing that is seen.
    ...[0x200c, 0x200d, 0xfe00, 0xfe0f, 0x180b, 0x180f, 0xe0100, 0xe01ef],
  ].map((code) => [code.toString(16), String.fromCodePoint(code)]))('a name with U+%s is shown escaped', (_code, character) => {
    expect(named(`a${character}b`)?.odd).toMatch(/^a(?:\\x[0-9a-f]{2})+b$/);
  });

  test.each(['❤\ufe0f\ufe0f', '葛\u{e0100}\u{e0101}', 'می\u200c\u200cخ', '\u200dx', 'x\ufe0f\u20e3', '1\ufe0f'])('a row of marks hides nothing: %j', (name) => {
    expect(named(name)?.name).toBeUndefined();
  });
});
