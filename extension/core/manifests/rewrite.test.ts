import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFound } from './find.ts';
import type { Renaming } from './language/rename.ts';
import { renameManifest, rewriteManifest } from './rewrite.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rewrite-'));
  mkdirSync(join(home, 'bottles'));
});
afterEach(() => rmSync(home, { recursive: true }));

const path = (name: string): string => join(home, 'bottles', `${name}.md`);
const read = (name: string): string => readFileSync(path(name), 'utf8');
const put = (name: string, text: string): void => writeFileSync(path(name), text);
const border = (): string => home;
/** Gives "old" the name "new" in files that say `old` and nothing else. */
const renaming = (...names: readonly string[]): Renaming => ({
  edits: names.map((name) => ({ path: path(name), range: { start: 0, end: 3 }, text: 'new' })),
  texts: new Map(names.map((name) => [path(name), 'old'])),
  file: { from: path('old'), to: path('new') },
});

test('of changes made at once to the same text one is written and the others are told', async () => {
  put('a', 'before');
  const before = await readFound({ path: path('a'), border: home });
  const texts = ['1', '2', '3', '4', '5'];
  const ends = await Promise.allSettled(texts.map((text) => rewriteManifest(home, before, home, text)));
  const written = texts.filter((_text, at) => ends[at]?.status === 'fulfilled');
  expect(written).toEqual([read('a')]);
  expect(ends.filter((end) => end.status === 'rejected').map((end) => end.reason.code)).toEqual(['conflict', 'conflict', 'conflict', 'conflict']);
  expect([readdirSync(join(home, 'bottles')), readdirSync(join(home, 'state'))]).toEqual([['a.md'], []]);
});

describe('a rename', () => {
  beforeEach(() => put('old', 'itself'));

  test('changes nothing when a file is not the one that its edits were made from', async () => {
    put('child', 'a line above\nold');
    await expect(renameManifest(home, renaming('child'), border)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('child.md') });
    expect([read('child'), read('old'), existsSync(path('new'))]).toEqual(['a line above\nold', 'itself', false]);
  });

  test('that fails half way puts texts and modes back as they were, its own text too', async () => {
    // A name so long that none can be made beside it: it can be read and not be replaced.
    const long = 'x'.repeat(250);
    for (const name of ['a', long]) put(name, 'old');
    chmodSync(path('a'), 0o644);
    const own = { before: await readFound({ path: path('old'), border: home }), text: 'changed' };
    await expect(renameManifest(home, renaming('a', long), border, own)).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
    expect([read('a'), read(long), read('old'), existsSync(path('new'))]).toEqual(['old', 'old', 'itself', false]);
    expect(statSync(path('a')).mode & 0o777).toBe(0o644);
  });

  test('takes the new text along', async () => {
    put('a', 'old');
    const own = { before: await readFound({ path: path('old'), border: home }), text: 'changed' };
    expect(await renameManifest(home, renaming('a'), border, own)).toEqual([path('a')]);
    expect([read('a'), read('new'), existsSync(path('old'))]).toEqual(['new', 'changed', false]);
  });

  test('writes nothing when the text it takes along was made from another', async () => {
    const own = { before: await readFound({ path: path('old'), border: home }), text: 'changed' };
    put('old', 'somebody else');
    await expect(renameManifest(home, renaming(), border, own)).rejects.toMatchObject({ code: 'conflict' });
    expect([read('old'), existsSync(path('new'))]).toEqual(['somebody else', false]);
  });
});
