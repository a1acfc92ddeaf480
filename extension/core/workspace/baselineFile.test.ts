import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addLearnt, changeBaseline, entryOf, isCopy, loadBaseline, noteCopy, saveBaseline } from './baselineFile.ts';

const signal = AbortSignal.timeout(60_000);
let scratch = '';
beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'baseline-'));
  writeFileSync(join(scratch, 'file'), 'content');
  await saveBaseline(scratch, { takenAt: 1, unlisted: new Map([['', { ino: 1, whole: true }]]), copiedAt: null, entries: new Map(), revision: 0 });
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const entry = (sha256: string | null) => entryOf(statSync(join(scratch, 'file')), sha256);
const hashes = async () => Object.fromEntries([...(await loadBaseline(scratch)).entries].map(([path, { sha256 }]) => [path, sha256]));

test('what two looks learnt at once is all kept, and a hash is not lost to a look that read none', async () => {
  const [one, other] = [await loadBaseline(scratch), await loadBaseline(scratch)];
  one.entries.set('a', entry('hash of a')).set('b', entry(null));
  other.entries.set('a', entry(null)).set('b', entry('hash of b'));
  await Promise.all([addLearnt(scratch, signal, { ...one, unlisted: new Map([['big', { ino: 7, whole: false }]]) }), addLearnt(scratch, signal, other)]);
  expect(await hashes()).toEqual({ a: 'hash of a', b: 'hash of b' });
  expect((await loadBaseline(scratch)).unlisted).toEqual(new Map([['big', { ino: 7, whole: false }]]));
});

test('what an apply put on record is not undone by a look that began before it', async () => {
  const before = await loadBaseline(scratch);
  before.entries.set('deleted', entry('old')).set('taken', entry('old'));
  await changeBaseline(scratch, signal, async ({ entries }) => void entries.set('taken', entry('new')));
  await addLearnt(scratch, signal, before);
  expect(await hashes()).toEqual({ taken: 'new' });
});

test('what was done before a failure is on record, and the next one has its turn', async () => {
  const failing = changeBaseline(scratch, signal, async ({ entries }) => {
    entries.set('taken', entry('new'));
    throw new Error('the disk is full');
  });
  await expect(failing).rejects.toThrow('the disk is full');
  await changeBaseline(scratch, signal, async ({ entries }) => void entries.set('next', entry('newer')));
  expect(await hashes()).toEqual({ taken: 'new', next: 'newer' });
});

test('a copy is known by its inode, ctime and size together; a number that may stand for two files is none', () => {
  const stat = statSync(join(scratch, 'file'));
  const noted = noteCopy(entry('hash'), stat);
  const like = (change: Partial<typeof stat>): boolean => isCopy(noted, Object.assign(statSync(join(scratch, 'file')), change));
  expect(like({})).toBe(true);
  expect([like({ ino: stat.ino + 1 }), like({ ctimeMs: stat.ctimeMs + 1 }), like({ ctimeMs: stat.ctimeMs - 1 }), like({ size: 1 }), isCopy(entry('hash'), stat)]).toEqual([false, false, false, false, false]);
  expect(noteCopy(entry('hash'), Object.assign(statSync(join(scratch, 'file')), { ino: 2 ** 53 })).copied).toBeUndefined();
});
