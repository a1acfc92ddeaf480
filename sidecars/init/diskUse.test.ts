import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diskUse } from './diskUse.ts';

const size = 8 * 1024 * 1024;

/** Holds a file of `size` in the folder that it is in, without a name, until it is ended. */
const hold = `const fs = require('fs'); const fd = fs.openSync('held', 'w'); fs.writeSync(fd, Buffer.alloc(${size}, 1)); fs.unlinkSync('held'); process.stdout.write('held'); setInterval(() => fd, 1000);`;

/** The same by a thread that has taken its own copy of the table of descriptors; CLONE_FILES is 0x400. */
const holdInThread = `import ctypes, os, threading, time
def hold():
    assert ctypes.CDLL(None).unshare(0x400) == 0
    fd = os.open('held', os.O_RDWR | os.O_CREAT)
    os.write(fd, b'x' * ${size})
    os.unlink('held')
    print('held', end='', flush=True)
    time.sleep(600)
threading.Thread(target=hold, daemon=True).start()
time.sleep(600)
`;

describe('what an agent added to its workspace', () => {
  let dir = '';
  let holder: ChildProcess | undefined;
  const path = process.env['PATH'];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'disk-use-'));
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    const ended = holder?.exitCode === null ? once(holder, 'exit') : undefined;
    holder?.kill('SIGKILL');
    await ended;
    holder = undefined;
    // Unlike Node's own, it removes what is nested deeper than a path.
    execFileSync('rm', ['-rf', '--', dir]);
  });
  const holds = async (program: string, ...args: readonly string[]): Promise<void> => {
    holder = spawn(program, args, { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
    if (holder.stdout === null) throw new Error('no output');
    expect(String((await once(holder.stdout, 'data'))[0])).toBe('held');
  };

  test('is what was written since, not what was there', async () => {
    writeFileSync(join(dir, 'before'), Buffer.alloc(8 * size, 1));
    const used = await diskUse({ mode: 'copy', dir });
    // Unlike in a bottle, other processes here may hold deleted files of the same file system.
    expect(await used()).toBeLessThan(8 * size);
    writeFileSync(join(dir, 'after'), Buffer.alloc(size, 1));
    expect(await used()).toBeGreaterThanOrEqual(size);
  });

  test('has files that are deleted and still open, also below a path that is too long for one', async () => {
    const used = await diskUse({ mode: 'copy', dir });
    await holds(process.execPath, '-e', `for (let i = 0; i < 25; i++) { require('fs').mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); } ${hold}`);
    expect(await used()).toBeGreaterThanOrEqual(size);
  });

  test.skipIf(spawnSync('python3', ['-c', 'import ctypes']).status !== 0)('has deleted files that only one thread has open', async () => {
    const used = await diskUse({ mode: 'copy', dir });
    await holds('python3', '-c', holdInThread);
    const shared = `/proc/${holder?.pid ?? 0}/fd`;
    expect(readdirSync(shared).some((fd) => statSync(join(shared, fd)).size === size)).toBe(false);
    expect(await used()).toBeGreaterThanOrEqual(size);
  });

  test.each(['overlay', 'copy'] as const)('cannot be asked for where du cannot tell it, in a workspace of mode %s', async (mode) => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    writeFileSync(join(bin, 'du'), '#!/bin/sh\n[ "$1" = --inodes ] && { echo "du: unrecognized option" >&2; exit 1; }\nprintf "4096\\t.\\n"\n');
    chmodSync(join(bin, 'du'), 0o755);
    process.env['PATH'] = [bin, path].join(delimiter);
    const workspace = mode === 'copy' ? { mode, dir } : { mode, lower: dir, upper: dir, work: dir };
    await expect(diskUse(workspace)).rejects.toThrow('cannot be measured');
    rmSync(bin, { recursive: true });
  });
});
