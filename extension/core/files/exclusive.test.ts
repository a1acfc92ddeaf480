import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exclusively } from './exclusive.ts';

const never = new AbortController().signal;
let folder: string;

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'exclusive-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it('lets one at a time do the work and leaves no file', async () => {
  let [now, most] = [0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
  };
  await Promise.all(Array.from({ length: 5 }, () => exclusively(join(folder, 'lock'), never, work)));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it('takes over from a process that died', async () => {
  await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startTime: 'of an earlier one' }));
  expect(await exclusively(join(folder, 'lock'), never, async () => 'done')).toBe('done');
});

it('gives the lock back when the work fails', async () => {
  await expect(exclusively(join(folder, 'lock'), never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});

it('stops waiting when it is told to', async () => {
  const abort = new AbortController();
  await exclusively(join(folder, 'lock'), never, async () => {
    const second = exclusively(join(folder, 'lock'), abort.signal, async () => undefined);
    abort.abort();
    await expect(second).rejects.toThrow();
  });
  expect(await readdir(folder)).toEqual([]);
});
