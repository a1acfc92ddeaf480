import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { readChangeSide } from '../../../extension/core/workspace/content.ts';
import { discardStopped } from '../../../extension/core/workspace/discard.ts';
import { cannotMount, openWorld, run, type World } from '../../support/workspace/world.ts';

const missing = cannotMount();
const tree = { 'a.txt': 'one\n', 'src/b.txt': 'two\n', 'src/deep/c.txt': 'three\n', 'run.sh': '#!/bin/sh\n', 'd/x': 'x', 'd/y': 'y' };

async function listed(world: World): Promise<string[]> {
  return (await readChanges(world.review)).files.map((file) => `${file.status}${file.conflict ? '!' : ''}${file.refused === undefined ? '' : '#'} ${file.path}`);
}

const all = { paths: 'all', allowRisky: false } as const;

describe.skipIf(missing !== undefined)(`an overlay workspace${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const kinds = [
    ['asking the merged view', { merged: 'ask' }],
    ['reading trusted marks', {}],
    ['reading user marks', { marks: 'userxattr' }],
    ['without a baseline, by times alone', { baseline: false }],
  ] as const;
  describe.each(kinds)('%s', (_name, options) => {
    test('is unchanged at the start, also after reads, touches and rewrites of the same content', async () => {
      using world = await openWorld('overlay', tree, options);
      expect(await listed(world)).toEqual([]);
      readFileSync(join(world.view, 'a.txt'));
      utimesSync(join(world.view, 'a.txt'), 1, 1);
      writeFileSync(join(world.view, 'src/b.txt'), 'two\n');
      expect(await listed(world)).toEqual([]);
    });

    test('lists edits, new files, deletions, mode changes and renames', async () => {
      using world = await openWorld('overlay', tree, options);
      appendFileSync(join(world.view, 'a.txt'), 'more\n');
      writeFileSync(join(world.view, 'new.txt'), 'new');
      rmSync(join(world.view, 'src/b.txt'));
      chmodSync(join(world.view, 'run.sh'), 0o644);
      renameSync(join(world.view, 'd/x'), join(world.view, 'd/z'));
      expect(await listed(world)).toEqual(['modified a.txt', 'deleted d/x', 'added d/z', 'added new.txt', 'modified run.sh', 'deleted src/b.txt']);
    });

    test('shows the deletions that a replaced folder and a deleted tree hide', async () => {
      using world = await openWorld('overlay', tree, options);
      rmSync(join(world.view, 'd'), { recursive: true });
      mkdirSync(join(world.view, 'd'));
      writeFileSync(join(world.view, 'd/y'), 'changed');
      rmSync(join(world.view, 'src'), { recursive: true });
      expect(await listed(world)).toEqual(['deleted d/x', 'modified d/y', 'deleted src/b.txt', 'deleted src/deep/c.txt']);
    });

    test.each(['d', 'node_modules/d'])('keeps what the person moved to where the agent deleted a folder (%s)', async (path) => {
      using world = await openWorld('overlay', { ...tree, 'node_modules/d/x': 'x', 'notes/x': 'the only copy\n', 'notes/more/y': 'another\n' }, options);
      rmSync(join(world.view, path), { recursive: true });
      rmSync(join(world.host, path), { recursive: true });
      renameSync(join(world.host, 'notes'), join(world.host, path));
      const { applied } = await applyChanges(world.review, { paths: 'all', allowRisky: true });
      expect(applied.filter((one) => one.startsWith(path))).toEqual([]);
      expect(readFileSync(join(world.host, path, 'x'), 'utf8')).toBe('the only copy\n');
      expect(readFileSync(join(world.host, path, 'more/y'), 'utf8')).toBe('another\n');
    });

    test('leaves the host as it was until changes are taken, and lists none of them afterwards', async () => {
      using world = await openWorld('overlay', tree, options);
      appendFileSync(join(world.view, 'a.txt'), 'more\n');
      rmSync(join(world.view, 'src'), { recursive: true });
      rmSync(join(world.view, 'd'), { recursive: true });
      mkdirSync(join(world.view, 'd'));
      writeFileSync(join(world.view, 'd/new'), '#!/bin/sh\n');
      chmodSync(join(world.view, 'd/new'), 0o6777);
      expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('one\n');
      world.end();
      const result = await applyChanges({ ...world.review, mergedNames: null }, all);
      expect(result.left).toEqual([]);
      expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('one\nmore\n');
      expect(existsSync(join(world.host, 'src'))).toBe(false);
      expect(existsSync(join(world.host, 'd/x'))).toBe(false);
      expect(statSync(join(world.host, 'd/new')).mode & 0o7777).toBe(0o755);
      expect((await readChanges({ ...world.review, mergedNames: null })).files).toEqual([]);
    });

    test('never overwrites what the host edited meanwhile, and keeps both versions', async () => {
      using world = await openWorld('overlay', tree, options);
      appendFileSync(join(world.view, 'a.txt'), 'agent\n');
      appendFileSync(join(world.view, 'src/b.txt'), 'agent\n');
      appendFileSync(join(world.host, 'a.txt'), 'person\n');
      writeFileSync(join(world.host, 'untouched-by-agent.txt'), 'person');
      expect(await listed(world)).toEqual(['modified! a.txt', 'modified src/b.txt']);
      const result = await applyChanges(world.review, all);
      expect(result.applied).toEqual(['src/b.txt']);
      expect(result.left.map((one) => one.path)).toEqual(['a.txt']);
      expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('one\nperson\n');
      expect(Buffer.from((await readChangeSide(world.review, 'a.txt', 'bottle')) ?? '').toString()).toBe('one\nagent\n');
    });

    test('is no change when host and agent made the same edit', async () => {
      using world = await openWorld('overlay', tree, options);
      writeFileSync(join(world.view, 'a.txt'), 'same');
      writeFileSync(join(world.host, 'a.txt'), 'same');
      expect(await listed(world)).toEqual([]);
    });

    test('keeps the base content of a conflict that came after the first look', async () => {
      using world = await openWorld('overlay', tree, options);
      writeFileSync(join(world.view, 'a.txt'), 'agent');
      await readChanges(world.review);
      writeFileSync(join(world.host, 'a.txt'), 'person');
      expect(await listed(world)).toEqual(['modified! a.txt']);
      expect(Buffer.from((await readChangeSide(world.review, 'a.txt', 'base')) ?? '').toString()).toBe('one\n');
    });

    test('discards in the ended bottle what the agent did, a whole deleted folder included', async () => {
      using world = await openWorld('overlay', tree, options);
      writeFileSync(join(world.view, 'a.txt'), 'agent');
      mkdirSync(join(world.view, 'fresh/deep'), { recursive: true });
      writeFileSync(join(world.view, 'fresh/deep/f'), 'f');
      rmSync(join(world.view, 'src'), { recursive: true });
      rmSync(join(world.view, 'd'), { recursive: true });
      mkdirSync(join(world.view, 'd'));
      const before = (await readChanges(world.review)).files.map((file) => file.path);
      world.end();
      const ended = { ...world.review, mergedNames: null };
      expect((await readChanges(ended)).files.map((file) => file.path)).toEqual(before);
      await expect(discardStopped(ended, ['src/b.txt'])).rejects.toThrow('deleted as a whole');
      await discardStopped(ended, before);
      expect((await readChanges(ended)).files).toEqual([]);
      expect(readFileSync(join(world.host, 'd/x'), 'utf8')).toBe('x');
    });
  });

  test('refuses pipes, devices and escaping links, and names them', async () => {
    using world = await openWorld('overlay', tree);
    run('mkfifo', [join(world.view, 'pipe')]);
    run('mknod', [join(world.view, 'device'), 'c', '1', '3']);
    symlinkSync('/etc/passwd', join(world.view, 'absolute'));
    symlinkSync('../../etc', join(world.view, 'src/up'));
    symlinkSync('deep/../../..', join(world.view, 'src/zigzag'));
    symlinkSync('b.txt', join(world.view, 'src/fine'));
    expect(await listed(world)).toEqual(['added# absolute', 'added# device', 'added# pipe', 'added src/fine', 'added# src/up', 'added# src/zigzag']);
    const result = await applyChanges(world.review, { paths: 'all', allowRisky: true });
    expect(result.applied).toEqual(['src/fine']);
    expect(existsSync(join(world.host, 'pipe'))).toBe(false);
  });
});
