import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countLines, type Sides, unifiedDiff } from './patch.ts';

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('unified diff', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'patch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What git makes of the patch in a folder that holds the old side. */
  function applied({ path, before, after }: Sides): string | undefined {
    if (before !== undefined) writeFileSync(join(folder, path), before);
    execFileSync('git', ['apply', '-'], { cwd: folder, input: unifiedDiff({ path, before, after }), env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } });
    return after === undefined ? undefined : readFileSync(join(folder, path), 'utf8');
  }

  test.each([
    ['an edit', 'one\ntwo\nthree\n', 'one\n2\nthree\n'],
    ['a lost newline at the end', 'one\ntwo\n', 'one\ntwo'],
    ['Windows line ends', 'one\r\ntwo\r\n', 'one\r\n2\r\n'],
    ['two far hunks', `${'x\n'.repeat(40)}`, `a\n${'x\n'.repeat(40)}b\n`],
  ])('git applies %s', (_name, before, after) => {
    expect(applied({ path: 'f.txt', before: encoded(before), after: encoded(after) })).toBe(after);
  });

  test('git applies a new file', () => {
    expect(applied({ path: 'f.txt', before: undefined, after: encoded('hello\n') })).toBe('hello\n');
  });

  test('git applies a deletion', () => {
    applied({ path: 'f.txt', before: encoded('bye\n'), after: undefined });
    expect(() => readFileSync(join(folder, 'f.txt'))).toThrow(/ENOENT/);
  });

  test('binary files are named, not printed', () => {
    expect(unifiedDiff({ path: 'p.png', before: encoded('a'), after: Uint8Array.of(0, 1) })).toBe('Binary files a/p.png and b/p.png differ\n');
    expect(unifiedDiff({ path: 'p', before: undefined, after: Uint8Array.of(0xff, 0xfe) })).toBe('Binary files /dev/null and b/p differ\n');
  });
});

test('added and removed lines are counted', () => {
  expect(countLines({ path: 'f', before: encoded('a\nb\nc\n'), after: encoded('a\nB\nc\nd\n') })).toEqual({ added: 2, removed: 1 });
  expect(countLines({ path: 'f', before: undefined, after: Uint8Array.of(0) })).toBeNull();
});
