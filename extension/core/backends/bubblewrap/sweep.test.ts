import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runPlacesIn } from './places.ts';
import { identify, isAlive, type ProcessId } from './processes.ts';
import { sweepRunFolders } from './sweep.ts';

const self = process.getuid?.() ?? 0;
const never = new AbortController().signal;
let root: string;
let bystander: ProcessId;
let end: () => void;

/** A run folder that says: this process is the keeper of a bottle whose state folder is gone. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sweep-'));
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  end = () => void child.kill('SIGKILL');
  await once(child, 'spawn');
  const found = identify(child.pid ?? 0);
  if (found === undefined) throw new Error('no process');
  bystander = found;
  const places = runPlacesIn(join(root, 'one-12345678'));
  await mkdir(places.folder);
  await writeFile(places.label, JSON.stringify({ slug: 'one', stateDir: '/nowhere/state/one' }));
  await writeFile(places.processes, JSON.stringify({ keeper: bystander }));
});
afterEach(async () => {
  end();
  await rm(root, { recursive: true, force: true });
});

it('ends what a run folder of our own names', async () => {
  expect(await sweepRunFolders(root, self, '/nowhere/state', new Set(), never)).toHaveLength(1);
  expect(isAlive(bystander)).toBe(false);
});

it('believes nothing that lies in a run root of somebody else', async () => {
  expect(await sweepRunFolders(root, self + 1, '/nowhere/state', new Set(), never)).toEqual([]);
  expect(isAlive(bystander)).toBe(true);
});

it('believes nothing that lies in a run root others can write to', async () => {
  await chmod(root, 0o777);
  expect(await sweepRunFolders(root, self, '/nowhere/state', new Set(), never)).toEqual([]);
  expect(await readdir(root)).toHaveLength(1);
  expect(isAlive(bystander)).toBe(true);
});

it('ends the first process of a namespace whose maker was killed too early to be told of it', async () => {
  const folder = join(root, 'one-12345678');
  const stuck = spawn('sh', ['-c', 'read never', '--bind', `${folder}/bottle`], { argv0: 'bwrap', stdio: ['pipe', 'ignore', 'ignore'] });
  const other = spawn('sh', ['-c', 'read never', '--bind', `${folder}-other/bottle`], { argv0: 'bwrap', stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(stuck, 'exit');
  try {
    await sweepRunFolders(root, self, '/nowhere/state', new Set(), never);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  } finally {
    other.kill('SIGKILL');
  }
});
