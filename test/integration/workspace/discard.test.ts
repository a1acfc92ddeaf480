import { appendFileSync, chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { ExecRequest, ExecSession } from '../../../extension/core/backends/backend.ts';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { discardRunning } from '../../../extension/core/workspace/discard.ts';
import type { Review } from '../../../extension/core/workspace/review.ts';
import { pick } from '../../../extension/core/workspace/select.ts';
import { random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { ended, everyWorkspace } from '../../support/workspace/bottle.ts';
import { someEdit, someTree } from '../../support/workspace/edits.ts';
import { exec, sessionOf } from '../../support/workspace/inView.ts';
import { openWorld, writeTree } from '../../support/workspace/world.ts';

const tree = { 'a.txt': 'one\n', 'src/b.txt': 'two\n', 'src/deep/c.txt': 'three\n', 'run.sh': '#!/bin/sh\n', link: '->src/b.txt', c: 'file', keep: 'precious\n', zz: 'last\n' };

async function listed(review: Review): Promise<string[]> {
  return (await readChanges(review)).files.map((file) => `${file.status}${file.conflict ? '!' : ''}${file.refused === undefined ? '' : '#'} ${file.path}`);
}

describe.each(everyWorkspace)('discarding in %s', (_name, mode, options, as) => {
  test('brings back what the host has and leaves nothing else behind', async () => {
    using world = await openWorld(mode, tree, options);
    writeFileSync(join(world.view, 'a.txt'), 'agent');
    rmSync(join(world.view, 'src'), { recursive: true });
    rmSync(join(world.view, 'link'));
    writeFileSync(join(world.view, 'link'), 'now a file');
    chmodSync(join(world.view, 'run.sh'), 0o000);
    writeTree(world.view, { 'new/deep/file': 'x', '-rf': 'x' });
    const bottle = await as(world);
    await bottle.discard(['a.txt', 'new', 'src', 'link', '-rf', 'run.sh']);
    expect(await listed(bottle.review)).toEqual([]);
    expect((await applyChanges(bottle.review, { paths: 'all', allowRisky: true })).applied).toEqual([]);
    if (mode === 'overlay') return;
    expect(readdirSync(world.view).sort()).toEqual(expect.arrayContaining(readdirSync(world.host)));
    expect(lstatSync(join(world.view, 'link')).isSymbolicLink()).toBe(true);
    expect(statSync(join(world.view, 'run.sh')).mode & 0o777).toBe(0o755);
  });

  test.each([
    ['an empty folder', ['c', 'keep']],
    ['a folder with a file, named first', ['c/in', 'c', 'keep']],
  ])('takes the place of a file back from %s', async (kind, paths) => {
    using world = await openWorld(mode, tree, options);
    rmSync(join(world.view, 'c'));
    mkdirSync(join(world.view, 'c/empty'), { recursive: true });
    if (kind !== 'an empty folder') writeTree(world.view, { 'c/in': 'x', 'c/odd\nname': 'x' });
    appendFileSync(join(world.view, 'keep'), 'more\n');
    appendFileSync(join(world.view, 'zz'), 'more\n');
    const bottle = await as(world);
    await bottle.discard(paths);
    expect(await listed(bottle.review)).toEqual(['modified zz']);
    await applyChanges(bottle.review, { paths: 'all', allowRisky: true });
    expect([readFileSync(join(world.host, 'c'), 'utf8'), readFileSync(join(world.host, 'keep'), 'utf8')]).toEqual(['file', 'precious\n']);
  });

  test('does nothing at all when one path cannot come back', async () => {
    using world = await openWorld(mode, tree, options);
    rmSync(join(world.view, 'src'), { recursive: true });
    writeFileSync(join(world.view, 'src'), 'now a file');
    appendFileSync(join(world.view, 'keep'), 'more\n');
    writeFileSync(join(world.view, 'anew'), 'x');
    const bottle = await as(world);
    const before = await listed(bottle.review);
    await expect(bottle.discard(['anew', 'keep', 'src/b.txt'])).rejects.toMatchObject({ code: 'refused' });
    expect(await listed(bottle.review)).toEqual(before);
    await bottle.discard(['anew', 'keep', 'src']);
    expect(await listed(bottle.review)).toEqual([]);
  });

  test('leaves alone what lies in a folder that took the place of a file', async () => {
    using world = await openWorld(mode, tree, options);
    rmSync(join(world.view, 'c'));
    writeTree(world.view, { 'c/in': 'x' });
    const bottle = await as(world);
    await bottle.discard(['c/in']);
    expect(await listed(bottle.review)).toEqual(['deleted c']);
  });

  test('refuses a file of the host that is too large to copy, before anything is gone', async () => {
    using world = await openWorld(mode, { ...tree, 'src/big': '' }, { ...options, prepare: (host) => truncateSync(join(host, 'src/big'), 2 ** 28 + 1) });
    rmSync(join(world.view, 'src'), { recursive: true });
    writeTree(world.view, { 'src/big': 'small' });
    appendFileSync(join(world.view, 'keep'), 'more\n');
    const bottle = await as(world);
    const before = await listed(bottle.review);
    expect(before).toContain('typechange src/big');
    // What was kept at an overlay's end says that the host's file shows again by itself.
    if (as === ended && 'merged' in options) {
      await bottle.discard(['keep', 'src/big']);
      expect(await listed(bottle.review)).toEqual(before.filter((line) => !/keep|big/.test(line)));
      return;
    }
    await expect(bottle.discard(['keep', 'src/big'])).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('src/big') });
    expect(await listed(bottle.review)).toEqual(before);
  });

  test('keeps an edit that the host makes afterwards', async () => {
    using world = await openWorld(mode, tree, options);
    appendFileSync(join(world.view, 'keep'), 'agent\n');
    appendFileSync(join(world.host, 'keep'), 'person\n');
    const bottle = await as(world);
    await bottle.discard(['keep']);
    expect(await listed(bottle.review)).toEqual([]);
    appendFileSync(join(world.host, 'keep'), 'again\n');
    await applyChanges(bottle.review, { paths: 'all', allowRisky: true });
    expect(readFileSync(join(world.host, 'keep'), 'utf8')).toBe('precious\nperson\nagain\n');
  });

  test.each([1, 2, 3, 4])('takes from the list what was asked and nothing else, however the agent turned things over (seed %i)', async (seed) => {
    const chance = random(seed);
    using world = await openWorld(mode, someTree(chance), options);
    for (let count = 12; count > 0; count--) someEdit(chance, world.view);
    const bottle = await as(world);
    for (let round = 0; round < 4; round++) {
      const { files } = await readChanges(bottle.review);
      const paths = files.filter(() => chance.one(3)).map((file) => file.path);
      if (paths.length === 0) continue;
      const picked = new Set(pick(files, paths).asked);
      const outcome = await bottle.discard(paths).catch((thrown: unknown) => thrown);
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'refused' });
      expect((await readChanges(bottle.review)).files).toEqual(outcome === undefined ? files.filter((file) => !picked.has(file)) : files);
    }
  });
});

describe('a command inside that does not do as it was told', () => {
  test('is given up when the agent stops it, and nothing of it stays', async () => {
    using world = await openWorld('copy', tree);
    writeFileSync(join(world.view, 'a.txt'), 'ONE\n');
    const stopped: ChildProcess[] = [];
    const stopping = async ({ argv }: ExecRequest): Promise<ExecSession> => {
      const child = spawn('/bin/sh', ['-c', 'kill -STOP $$; exec "$@"', 'sh', ...argv]);
      stopped.push(child);
      return sessionOf(child);
    };
    await expect(discardRunning({ ...world.review, signal: AbortSignal.timeout(300) }, ['a.txt'], world.view, { exec: stopping })).rejects.toThrow('did not come to an end');
    await until('the end of the command', () => stopped.length === 1 && stopped.every(({ signalCode }) => signalCode === 'SIGKILL'));
  });

  test('removes nothing that does not come back: each command in turn fails', async () => {
    for (let failing = 0, failed = true; failed; failing++) {
      using world = await openWorld('copy', tree);
      appendFileSync(join(world.view, 'keep'), 'more\n');
      rmSync(join(world.view, 'c'));
      writeTree(world.view, { 'c/in': 'x', anew: 'x' });
      const before = await listed(world.review);
      let count = 0;
      const once = (request: ExecRequest): Promise<ExecSession> => exec(count++ === failing ? { argv: ['/bin/false'] } : request);
      const outcome = await discardRunning(world.review, ['keep', 'c', 'anew'], world.view, { exec: once }).catch((thrown: unknown) => thrown);
      failed = outcome !== undefined;
      const after = await listed(world.review);
      expect(after.filter((line) => !before.includes(line))).toEqual([]);
      expect(readdirSync(world.view).filter((name) => name.startsWith('.bot-bottle-'))).toEqual([]);
      if (!failed) expect(failing).toBeGreaterThan(3);
    }
  });
});
