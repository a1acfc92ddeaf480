import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { setImmediate as queueTurn } from 'node:timers';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExecRequest } from '../../../extension/core/backends/backend.ts';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges, unreadFault } from '../../../extension/core/workspace/changeSet.ts';
import { deepest, depthFault, longestPath } from '../../../extension/core/workspace/depth.ts';
import { discardRunning, discardStopped } from '../../../extension/core/workspace/discard.ts';
import { closedFault } from '../../../extension/core/workspace/judge.ts';
import { stretch, steps } from '../../../extension/core/workspace/reading.ts';
import { exec } from '../../support/workspace/inView.ts';
import { cannotMount, openWorld, run, writeTree, type World } from '../../support/workspace/world.ts';

const all = { paths: 'all', allowRisky: false } as const;
const missing = cannotMount();
const modes = missing === undefined ? (['copy', 'overlay'] as const) : (['copy'] as const);

/** How often others had their turn while this ran. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const next = (): void => {
    turns++;
    if (!over) queueTurn(next);
  };
  queueTurn(next);
  await work.finally(() => {
    over = true;
  });
  return turns;
}

/** Folders inside each other, made from the inside out, as paths of that length are refused. */
function nest(root: string, name: string, count: number): void {
  const [inner, outer] = [join(root, '.inner'), join(root, '.outer')];
  mkdirSync(inner);
  writeFileSync(join(inner, 'file'), 'x');
  for (let depth = 1; depth < count; depth++) {
    mkdirSync(outer);
    renameSync(inner, join(outer, name));
    renameSync(outer, inner);
  }
  renameSync(inner, join(root, name));
}

const faults = async (world: World): Promise<(string | undefined)[]> => (await readChanges(world.review)).files.map((file) => file.refused);

describe('a review of very much', () => {
  test('lets others have their turn while it reads large files, and is heard when it is given up', async () => {
    using world = await openWorld('copy', {});
    const sparse = 64;
    writeFileSync(join(world.view, 'sparse'), '');
    truncateSync(join(world.view, 'sparse'), sparse * 1024 ** 2);
    expect(await turnsOf(readChanges(world.review))).toBeGreaterThanOrEqual((sparse * steps.mebibyte) / stretch);
    const stop = new AbortController();
    queueTurn(() => stop.abort());
    await expect(readChanges({ ...world.review, signal: stop.signal })).rejects.toThrow('abort');
  });

  test('lets others have their turn among many files of one folder', async () => {
    using world = await openWorld('copy', {});
    const count = 2_000;
    for (let file = 0; file < count; file++) writeFileSync(join(world.view, `f${file}`), '');
    expect(await turnsOf(readChanges(world.review))).toBeGreaterThanOrEqual((count * steps.comparison) / stretch);
    expect((await readChanges(world.review)).files).toHaveLength(count);
  });

  test('names what it did not read, takes none of it unseen, and reads it when it is asked for', async () => {
    using world = await openWorld('copy', { 'c/old': 'old' });
    writeTree(world.view, { a: 'aaaa', 'b/one': 'bbbb', 'b/two': 'bbbb' });
    appendFileSync(join(world.view, 'c/old'), 'er');
    const { files } = await readChanges(world.review, { mostRead: 8 });
    expect(files.map(({ path, status, refused, hash }) => [path, status, refused, hash !== null])).toEqual([
      ['a', 'added', undefined, true],
      ['b/one', 'added', undefined, true],
      ['b/two', 'added', unreadFault, false],
      ['c/old', 'modified', unreadFault, false],
    ]);
    const asked = await readChanges(world.review, { paths: ['b/two', './c/'], mostRead: 0 });
    expect(asked.files.map(({ path, refused }) => [path, refused])).toEqual([['a', unreadFault], ['b/one', unreadFault], ['b/two', undefined], ['c/old', undefined]]);
  });
});

describe.each(modes)('a tree that is too deep in %s mode', (mode) => {
  test.each([
    ['short names', 'd', 600, deepest],
    ['long names', 'x'.repeat(200), 30, Math.floor(longestPath / 201)],
  ])('is one refused entry, and all else can be taken: %s', async (_what, name, count, seen) => {
    using world = await openWorld(mode, { 'a.txt': 'one', 'left/there': '' });
    nest(world.view, name, count);
    writeFileSync(join(world.view, 'a.txt'), 'two');
    const path = `${`${name}/`.repeat(seen)}${name}`;
    const { files } = await readChanges(world.review);
    expect(files.map((file) => [file.path, file.refused])).toEqual([['a.txt', undefined], [path, depthFault]]);
    const taken = await applyChanges(world.review, all);
    expect(taken.left).toEqual([{ path, reason: `It ${depthFault}` }]);
    expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('two');
    world.end();
    await discardStopped({ ...world.review, mergedNames: null }, [name]);
    expect(await faults(world)).toEqual([]);
  });

  test('is discarded by commands in a running bottle', async () => {
    using world = await openWorld(mode, {});
    nest(world.view, 'd', 600);
    await discardRunning(world.review, ['d'], world.view, { exec });
    expect(await faults(world)).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('folders that the agent locked', () => {
  /** Runs as a user whom modes stop, in a world that is theirs. */
  async function asOwner(world: World, work: () => Promise<void>): Promise<void> {
    run('chown', ['-R', '65534:65534', join(world.host, '..')]);
    process.seteuid?.(65534);
    try {
      await work();
    } finally {
      process.seteuid?.(0);
    }
  }

  test('are refused entries beside all else, and discarding shows what was in a folder of the host', async () => {
    using world = await openWorld('copy', { 'a.txt': 'one', 'ours/f': 'f', 'ours/sub/g': 'g' });
    writeTree(world.view, { 'a.txt': 'two', 'fresh/in/f': 'f', 'half/f': 'f' });
    appendFileSync(join(world.view, 'ours/f'), 'f');
    for (const [path, mode] of [['ours', 0o000], ['fresh/in', 0o000], ['fresh', 0o300], ['half', 0o400]] as const) chmodSync(join(world.view, path), mode);
    await asOwner(world, async () => {
      const locked = ['fresh', 'half', 'ours'];
      expect((await readChanges(world.review)).files.map(({ path, refused }) => [path, refused])).toEqual([['a.txt', undefined], ...locked.map((path) => [path, closedFault])]);
      await discardStopped(world.review, locked);
      expect((await readChanges(world.review)).files.map(({ path, status }) => [path, status])).toEqual([['a.txt', 'modified'], ['ours/f', 'modified']]);
    });
  });

  test('are unlocked and removed by commands in a running bottle', async () => {
    using world = await openWorld('copy', { 'ours/f': 'f' });
    writeTree(world.view, { 'fresh/in/f': 'f' });
    for (const path of ['ours', 'fresh/in', 'fresh']) chmodSync(join(world.view, path), 0o000);
    await asOwner(world, async () => {
      const asAgent = { exec: (request: ExecRequest) => exec({ ...request, argv: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...request.argv] }) };
      await discardRunning(world.review, ['fresh', 'ours'], world.view, asAgent);
      expect(await faults(world)).toEqual([]);
    });
  });

  test.skipIf(missing !== undefined)('are refused entries too when only the merged view cannot be asked about them', async () => {
    using world = await openWorld('overlay', { 'a.txt': 'one', 'ours/f': 'f' });
    for (const [path, text] of [['a.txt', 'two'], ['ours/f', 'ff']] as const) writeFileSync(join(world.view, path), text);
    const locked = async () => new Map<string, readonly string[]>();
    const { files } = await readChanges({ ...world.review, mergedNames: locked });
    expect(files.map(({ path, refused }) => [path, refused])).toEqual([['a.txt', undefined], ['ours', closedFault]]);
  });
});
