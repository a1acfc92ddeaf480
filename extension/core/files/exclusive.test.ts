import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exclusively, sweepLocks } from './exclusive.ts';

const execute = promisify(execFile);
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

it('takes over from a crash that left half a mark, also in the middle of taking over', async () => {
  const dead = JSON.stringify({ pid: process.pid, startTime: 'of an earlier one' });
  await writeFile(join(folder, 'lock'), '');
  await writeFile(join(folder, 'lock.bury'), dead);
  expect(await exclusively(join(folder, 'lock'), never, async () => 'done')).toBe('done');
  expect(await readdir(folder)).toEqual([]);
});

it('lets one at a time in when many find the lock of a dead one, in several processes', async () => {
  const program = `import { exclusively } from ${JSON.stringify(join(import.meta.dirname, 'exclusive.ts'))};
    import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
    const [folder, rounds] = [process.argv[2], Number(process.argv[3])];
    let twice = 0;
    for (let round = 0; round < rounds; round++) {
      await exclusively(folder + '/lock', new AbortController().signal, async () => {
        try { closeSync(openSync(folder + '/inside', 'wx')); } catch { twice++; }
        await new Promise((resolve) => setImmediate(resolve));
        rmSync(folder + '/inside', { force: true });
      });
      try { writeFileSync(folder + '/lock', '{"pid":1,"startTime":"long ago"}', { flag: 'wx' }); } catch {}
    }
    process.stdout.write(String(twice));`;
  const bundled = await build({ stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'js' }, bundle: true, platform: 'node', format: 'esm', write: false });
  const file = join(folder, 'worker.mjs');
  await writeFile(file, bundled.outputFiles[0]?.text ?? '');
  const workers = await Promise.all(Array.from({ length: 3 }, () => execute(process.execPath, [file, folder, '100'])));
  expect(workers.map(({ stdout }) => stdout)).toEqual(['0', '0', '0']);
}, 60_000);

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

it('sweeps the locks of dead processes, of one kind, and none that is held', async () => {
  const dead = JSON.stringify({ pid: process.pid, startTime: 'of an earlier one' });
  for (const name of ['a.ending', 'b.other']) await writeFile(join(folder, name), dead);
  await exclusively(join(folder, 'held.ending'), never, async () => {
    await sweepLocks(folder, '.ending');
    expect((await readdir(folder)).sort()).toEqual(['b.other', 'held.ending']);
  });
  await sweepLocks(join(folder, 'missing'), '.ending');
});
