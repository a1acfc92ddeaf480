import { appendFileSync, closeSync, lstatSync, openSync, readSync, rmSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { cannotMount, openWorld, run } from '../../support/workspace/world.ts';

const all = { paths: 'all', allowRisky: true } as const;
const worlds = [
  ['a copy', 'copy', {}],
  ['an overlay', 'overlay', {}],
  ['an overlay without a baseline', 'overlay', { baseline: false }],
] as const;

describe.each(worlds.filter(([, mode]) => mode === 'copy' || cannotMount() === undefined))('what the host has and nobody reads, in %s', (_name, mode, options) => {
  const big = (host: string): string => join(host, 'big');
  const prepare = (host: string): void => {
    writeFileSync(big(host), '');
    truncateSync(big(host), 2 ** 28 + 1);
  };

  test('a large file is replaced as long as the host leaves it alone', async () => {
    using world = await openWorld(mode, {}, { ...options, prepare });
    rmSync(join(world.view, 'big'));
    writeFileSync(join(world.view, 'big'), 'small');
    expect((await readChanges(world.review)).files).toMatchObject([{ path: 'big', conflict: false }]);
    expect((await applyChanges(world.review, all)).applied).toEqual(['big']);
  });

  test('an edit of a large file is a conflict, also when its size and time are the old ones', async () => {
    using world = await openWorld(mode, {}, { ...options, prepare });
    rmSync(join(world.view, 'big'));
    writeFileSync(join(world.view, 'big'), 'small');
    const { atime, mtime } = lstatSync(big(world.host));
    const fd = openSync(big(world.host), 'r+');
    writeSync(fd, 'HOST-EDIT');
    closeSync(fd);
    utimesSync(big(world.host), atime, mtime);
    expect((await readChanges(world.review)).files).toMatchObject([{ path: 'big', conflict: true }]);
    expect(await applyChanges(world.review, all)).toMatchObject({ applied: [], left: [{ path: 'big' }] });
    const start = Buffer.alloc(9);
    const again = openSync(big(world.host), 'r');
    readSync(again, start);
    closeSync(again);
    expect(start.toString()).toBe('HOST-EDIT');
  });

  test('a file that grew large on the host is a conflict, and none where the agent did nothing', async () => {
    using world = await openWorld(mode, { grown: 'small', other: 'small' }, options);
    appendFileSync(join(world.view, 'grown'), 'agent');
    for (const name of ['grown', 'other']) truncateSync(join(world.host, name), 2 ** 28 + 1);
    expect((await readChanges(world.review)).files).toMatchObject([{ path: 'grown', conflict: true }]);
    expect((await applyChanges(world.review, all)).applied).toEqual([]);
    expect(lstatSync(join(world.host, 'grown')).size).toBe(2 ** 28 + 1);
  });

  test('a pipe that the host made meanwhile stays', async () => {
    using world = await openWorld(mode, {}, options);
    writeFileSync(join(world.view, 'pipe'), 'agent');
    run('mkfifo', [join(world.host, 'pipe')]);
    expect((await readChanges(world.review)).files).toMatchObject([{ path: 'pipe', conflict: true }]);
    expect((await applyChanges(world.review, all)).applied).toEqual([]);
    expect(lstatSync(join(world.host, 'pipe')).isFIFO()).toBe(true);
  });
});
