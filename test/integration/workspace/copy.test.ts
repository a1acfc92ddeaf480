import { appendFileSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { silentProgress } from '../../../extension/core/ports.ts';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { prepareWorkspace } from '../../../extension/core/workspace/prepare.ts';
import { openWorld, run, writeTree, type World } from '../../support/workspace/world.ts';

const tree = { 'a.txt': 'one\n', 'src/b.txt': 'two\n', 'run.sh': '#!/bin/sh\n', link: '->src/b.txt', '.env': 'TOKEN=1' };

async function listed(world: World): Promise<string[]> {
  return (await readChanges(world.review)).files.map((file) => `${file.status}${file.conflict ? '!' : ''}${file.refused === undefined ? '' : '#'} ${file.path}`);
}

const all = { paths: 'all', allowRisky: false } as const;
const risky = { paths: 'all', allowRisky: true } as const;

describe('a copied workspace', () => {
  test('holds files, modes, times and links, but no hidden file and no special', async () => {
    using world = await openWorld('copy', tree, { hidden: ['.env'] });
    expect(readdirSync(world.view).sort()).toEqual(['a.txt', 'link', 'run.sh', 'src']);
    expect(readlinkSync(join(world.view, 'link'))).toBe('src/b.txt');
    expect(statSync(join(world.view, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(world.view, 'a.txt')).mtimeMs).toBeCloseTo(statSync(join(world.host, 'a.txt')).mtimeMs, 0);
    expect(await listed(world)).toEqual([]);
  });

  test('lists what changed even when the agent sets the old times again', async () => {
    using world = await openWorld('copy', tree, { hidden: ['.env'] });
    const { atime, mtime } = statSync(join(world.view, 'a.txt'));
    writeFileSync(join(world.view, 'a.txt'), 'ONE\n');
    utimesSync(join(world.view, 'a.txt'), atime, mtime);
    rmSync(join(world.view, 'link'));
    writeFileSync(join(world.view, 'link'), 'file');
    rmSync(join(world.view, 'src'), { recursive: true });
    writeFileSync(join(world.view, '.env'), 'EVIL=1');
    expect(await listed(world)).toEqual(['modified a.txt', 'typechange link', 'deleted src/b.txt']);
    expect((await applyChanges(world.review, all)).left).toEqual([]);
    expect(await listed(world)).toEqual([]);
    expect(lstatSync(join(world.host, 'link')).isFile()).toBe(true);
    expect(readFileSync(join(world.host, '.env'), 'utf8')).toBe('TOKEN=1');
  });

  test('knows a file by more than its path and age: renamed folders, links and copies with old times are read', async () => {
    using world = await openWorld('copy', { 'old/x.js': 'old', 'new/x.js': 'new', 'a/1': 'AAAA', 'b/1': 'BBBB', 'c/1': 'CCCC', 'c/2': 'DDDD', 'p/f': 'same', 'q/f': 'same' });
    const at = (path: string): string => join(world.view, path);
    for (const [one, other] of [['old', 'new'], ['p', 'q']] as const) for (const [from, to] of [[one, 't'], [other, one], ['t', other]] as const) renameSync(at(from), at(to));
    expect(await listed(world)).toEqual(['modified new/x.js', 'modified old/x.js']);
    rmSync(at('new'), { recursive: true });
    const { atime, mtime } = statSync(at('a/1'));
    rmSync(at('a/1'));
    linkSync(at('b/1'), at('a/1'));
    utimesSync(at('a/1'), atime, mtime);
    run('cp', ['-p', at('c/1'), at('c/3')]);
    renameSync(at('c/2'), at('c/1'));
    renameSync(at('c/3'), at('c/2'));
    expect(await listed(world)).toEqual(['modified a/1', 'modified c/1', 'modified c/2', 'deleted new/x.js', 'modified old/x.js']);
    expect((await applyChanges(world.review, all)).left).toEqual([]);
    expect(['old/x.js', 'a/1', 'b/1', 'c/1', 'c/2'].map((path) => readFileSync(join(world.host, path), 'utf8'))).toEqual(['new', 'BBBB', 'BBBB', 'DDDD', 'CCCC']);
    expect(existsSync(join(world.host, 'new'))).toBe(false);
    expect(await listed(world)).toEqual([]);
  });

  test('is removed when the start is cancelled', async () => {
    using world = await openWorld('copy', tree);
    const scratchDir = join(world.scratch, 'second');
    mkdirSync(scratchDir);
    const abort = AbortSignal.abort();
    const request = { mode: 'copy', host: world.host, scratchDir, owner: { uid: 1000, gid: 1000 }, hidden: [], signal: abort, progress: silentProgress } as const;
    await expect(prepareWorkspace(request)).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(scratchDir)).toEqual([]);
  });
});

describe('taking changes to the host', () => {
  test('never writes through a link that the agent put in a folder\'s place', async () => {
    using world = await openWorld('copy', tree);
    const outside = join(world.scratch, 'outside');
    mkdirSync(outside);
    appendFileSync(join(world.view, 'src/b.txt'), 'more');
    const { files } = await readChanges(world.review);
    expect(files).toHaveLength(1);
    rmSync(join(world.host, 'src'), { recursive: true });
    symlinkSync(outside, join(world.host, 'src'));
    const result = await applyChanges(world.review, { paths: ['src/b.txt'], allowRisky: true });
    expect(result.applied).toEqual([]);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('reads nothing through a link in the bottle: a folder turned link, a file turned link', async () => {
    using world = await openWorld('copy', tree);
    rmSync(join(world.view, 'src'), { recursive: true });
    symlinkSync('/etc', join(world.view, 'src'));
    rmSync(join(world.view, 'a.txt'));
    symlinkSync('/etc/shadow', join(world.view, 'a.txt'));
    expect(await listed(world)).toEqual(['typechange# a.txt', 'typechange# src', 'deleted src/b.txt']);
    const result = await applyChanges(world.review, risky);
    expect(result.applied).toEqual(['src/b.txt']);
    expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('one\n');
  });

  test('leaves pipes, sockets, devices, huge sparse files and deceiving names behind', async () => {
    using world = await openWorld('copy', tree);
    run('mkfifo', [join(world.view, 'pipe')]);
    writeFileSync(join(world.view, 'huge'), '');
    truncateSync(join(world.view, 'huge'), 2 ** 30);
    writeFileSync(join(world.view, 'new\nline'), 'x');
    writeFileSync(Buffer.concat([Buffer.from(`${world.view}/bad`), Buffer.from([0xff])]), 'x');
    writeFileSync(join(world.view, 'right\u202Eleft'), 'x');
    writeFileSync(join(world.view, '-rf'), 'x');
    expect(await listed(world)).toEqual(['added -rf', 'added# bad\\xff', 'added# huge', 'added# new\\x0aline', 'added# pipe', 'added# right\\xe2\\x80\\xaeleft']);
    const result = await applyChanges(world.review, all);
    expect(result.applied).toEqual([]);
    expect(result.left.find((one) => one.path === '-rf')?.reason).toContain('option');
  });

  test('keeps the host\'s permissions, adds at most the executable bit, and no set-id', async () => {
    using world = await openWorld('copy', tree);
    run('chmod', ['600', join(world.host, 'a.txt')]);
    run('chmod', ['6777', join(world.view, 'a.txt')]);
    writeFileSync(join(world.view, 'new'), 'x');
    run('chmod', ['4777', join(world.view, 'new')]);
    const result = await applyChanges(world.review, all);
    expect(result.left).toEqual([]);
    expect(statSync(join(world.host, 'a.txt')).mode & 0o7777).toBe(0o700);
    expect(statSync(join(world.host, 'new')).mode & 0o7777).toBe(0o755);
  });

  test('takes risky paths only with their own yes, and only their steering parts of a repository', async () => {
    using world = await openWorld('copy', { ...tree, '.git/config': '[core]\n', '.git/HEAD': 'ref: x\n', 'package.json': '{"scripts":{"a":"b"}}' });
    writeTree(world.view, { '.git/hooks/post-checkout': '#!/bin/sh\n', '.git/objects/aa/bb': 'x', '.vscode/tasks.json': '{}', 'sub/.git/config': 'x', '.envrc': 'x' });
    appendFileSync(join(world.view, '.git/config'), '[core]\nfsmonitor=evil\n');
    appendFileSync(join(world.view, '.git/HEAD'), 'y');
    writeFileSync(join(world.view, 'package.json'), '{"scripts":{"a":"evil"}}');
    const expected = ['.envrc', '.git/config', '.git/hooks/post-checkout', '.vscode/tasks.json', 'package.json'];
    const { files } = await readChanges(world.review);
    expect(files.map((file) => file.path)).toEqual(expected);
    expect(files.every((file) => file.risk !== null)).toBe(true);
    expect((await applyChanges(world.review, all)).applied).toEqual([]);
    expect((await applyChanges(world.review, risky)).applied).toEqual(expected);
  });

  test('does not take what the agent changed since the person looked', async () => {
    using world = await openWorld('copy', tree);
    writeFileSync(join(world.view, 'a.txt'), 'shown');
    const { files } = await readChanges(world.review);
    const seen = new Map(files.map((file) => [file.path, file.hash]));
    writeFileSync(join(world.view, 'a.txt'), 'swapped');
    const result = await applyChanges(world.review, { paths: ['a.txt'], allowRisky: false, seen });
    expect(result).toMatchObject({ applied: [], left: [{ path: 'a.txt', reason: expect.stringContaining('since it was looked at') }] });
    expect(readFileSync(join(world.host, 'a.txt'), 'utf8')).toBe('one\n');
  });

  test('takes a folder by its path, and makes folders and files of each other', async () => {
    using world = await openWorld('copy', tree);
    rmSync(join(world.view, 'src'), { recursive: true });
    writeFileSync(join(world.view, 'src'), 'now a file');
    rmSync(join(world.view, 'a.txt'));
    writeTree(world.view, { 'a.txt/inner/deep': 'x', 'more/1': '1', 'more/2': '2' });
    expect((await applyChanges(world.review, { paths: ['./more/', 'nothing'], allowRisky: false })).left.map((one) => one.path)).toEqual(['nothing']);
    expect((await applyChanges(world.review, all)).left).toEqual([]);
    expect(readFileSync(join(world.host, 'src'), 'utf8')).toBe('now a file');
    expect(readFileSync(join(world.host, 'a.txt/inner/deep'), 'utf8')).toBe('x');
    expect(await listed(world)).toEqual([]);
  });

  test('gives new files to the owner of the folder when root runs us', async () => {
    if (process.getuid?.() !== 0) return;
    using world = await openWorld('copy', tree);
    run('chown', ['-R', '1234:1234', world.host]);
    writeTree(world.view, { 'fresh/file': 'x' });
    await applyChanges(world.review, all);
    expect([statSync(join(world.host, 'fresh')).uid, statSync(join(world.host, 'fresh/file')).uid]).toEqual([1234, 1234]);
  });

  test('survives an agent that swaps folders for links while it is read and taken', async () => {
    using world = await openWorld('copy', { ...tree, 'race/secret': 'base' });
    const outside = join(world.scratch, 'outside');
    writeTree(outside, { secret: 'OUTSIDE' });
    writeFileSync(join(world.view, 'race/secret'), 'agent');
    const swapper = startSwapper(world.view, outside);
    try {
      for (let round = 0; round < 60; round++) {
        await applyChanges(world.review, risky);
        const host = join(world.host, 'race/secret');
        if (existsSync(host) && lstatSync(join(world.host, 'race')).isDirectory()) expect(readFileSync(host, 'utf8')).not.toBe('OUTSIDE');
      }
    } finally {
      swapper.kill('SIGKILL');
    }
  });

  test('lists 5,000 changed files and takes 500', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`dir${index % 50}/f${index}`, `content ${index}`]));
    const start = performance.now();
    using world = await openWorld('copy', many);
    const prepared = performance.now();
    for (const path of Object.keys(many)) appendFileSync(join(world.view, path), 'x');
    const changed = performance.now();
    expect((await readChanges(world.review)).files).toHaveLength(5_000);
    const read = performance.now();
    const paths = ['dir0', 'dir1', 'dir2', 'dir3', 'dir4'];
    expect((await applyChanges(world.review, { paths, allowRisky: false })).applied).toHaveLength(500);
    const applied = performance.now();
    console.info(`5,000 files: write and copy ${(prepared - start).toFixed(0)} ms, list ${(read - changed).toFixed(0)} ms, list again and take 500 ${(applied - read).toFixed(0)} ms`);
  });
});

function startSwapper(view: string, outside: string): ChildProcess {
  const code = `const fs=require('fs');const [v,o]=process.argv.slice(1);
    for(;;){try{fs.renameSync(v+'/race',v+'/away');fs.symlinkSync(o,v+'/race');fs.unlinkSync(v+'/race');fs.renameSync(v+'/away',v+'/race')}catch{}}`;
  return spawn(process.execPath, ['-e', code, view, outside], { stdio: 'ignore' });
}
