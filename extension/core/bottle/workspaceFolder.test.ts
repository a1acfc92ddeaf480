import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workspaceFolder } from './workspaceFolder.ts';

let root: string;
let home: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bottle-folder-')));
  home = join(root, 'person/.bot-bottle');
  mkdirSync(join(home, 'bottles'), { recursive: true });
  mkdirSync(join(root, 'person/.bot-bottle-notes'));
  symlinkSync(join(home, 'bottles'), join(root, 'person/link'));
  writeFileSync(join(root, 'file'), '');
});
afterEach(() => rmSync(root, { recursive: true }));

test.each([
  ['that does not exist', 'nothing', /There is no folder/],
  ['that is a file', 'file', /is not a folder/],
  ['around our own', 'person', /contains Bot Bottle's own folder/],
  ['that is our own', 'person/.bot-bottle', /contains Bot Bottle's own folder/],
  ['inside our own', 'person/.bot-bottle/bottles', /belongs to Bot Bottle's own folder .* which says what bottles may do/],
  ['that a link leads to inside our own', 'person/link', /belongs to Bot Bottle's own folder/],
])('a folder %s is no workspace', async (_name, folder, message) => {
  await expect(workspaceFolder(join(root, folder), home)).rejects.toThrow(message);
});

test('the root of the file system is none', async () => {
  await expect(workspaceFolder('/', home)).rejects.toThrow(/root of the file system/);
});

test('a neighbour whose name begins like ours is one', async () => {
  expect(await workspaceFolder(join(root, 'person/.bot-bottle-notes'), home)).toBe(join(root, 'person/.bot-bottle-notes'));
});
