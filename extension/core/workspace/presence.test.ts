import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Unlisted } from './baselineFile.ts';
import { fileSystemTime } from './clock.ts';
import { presence } from './presence.ts';

describe('a file of the host without an entry', () => {
  let root: string;
  let takenAt: number;
  const ino = (path: string): number => statSync(join(root, path)).ino;
  const ask = (unlisted: Record<string, Unlisted>, path: string): string => presence(root, { unlisted: new Map(Object.entries(unlisted)), takenAt }, path);
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'presence-'));
    for (const folder of ['big/deep', 'other/deep', 'deps/one', 'deps/two']) {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'file'), folder);
    }
    takenAt = await fileSystemTime(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is new in a folder that was listed', () => {
    expect(ask({ big: { ino: ino('big'), whole: false } }, 'other/file')).toBe('new');
    expect(ask({}, 'file')).toBe('new');
  });

  it('was there when its folder was there and held more than was listed', () => {
    expect(ask({ 'big/deep': { ino: ino('big/deep'), whole: false } }, 'big/deep/file')).toBe('there');
  });

  it('is unknown when another folder has that place now', () => {
    const unlisted = { 'big/deep': { ino: ino('big/deep'), whole: false } };
    rmSync(join(root, 'big'), { recursive: true });
    renameSync(join(root, 'other'), join(root, 'big'));
    expect(ask(unlisted, 'big/deep/file')).toBe('unknown');
    expect(ask(unlisted, 'gone/file')).toBe('new');
  });

  it('was there in a folder that nobody looked into while nothing below it moved', () => {
    const unlisted = { deps: { ino: ino('deps'), whole: true } };
    expect(ask(unlisted, 'deps/one/file')).toBe('there');
    rmSync(join(root, 'deps/two'), { recursive: true });
    expect(ask(unlisted, 'deps/one/file')).toBe('there');
    renameSync(join(root, 'other/deep'), join(root, 'deps/two'));
    expect(ask(unlisted, 'deps/two/file')).toBe('unknown');
    expect(ask(unlisted, 'deps/three/file')).toBe('unknown');
  });

  it('is unknown where a folder came while the record was made', () => {
    expect(ask({ deps: { ino: null, whole: true } }, 'deps/one/file')).toBe('unknown');
  });
});
