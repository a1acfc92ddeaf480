import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { exitStatus } from '../exitStatus.ts';
import { processIo } from '../io.ts';
import { runCommandLine } from '../run.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'migrate-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const home = (): string => join(root, '.bot-bottle');
const old = JSON.stringify({ bottles: { base: { env: { A: 'b' } } }, agents: { dev: { bottle: 'base', prompt: 'Hi' } } });

async function run(...argv: readonly string[]): Promise<{ readonly status: number; readonly said: string; readonly result: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { ...processIo(), stdin: new PassThrough(), stdout, stderr, cwd: root, env: { HOME: root, BOT_BOTTLE_HOME: home() } };
  const status = await runCommandLine(argv, io, join(root, 'dist'));
  return { status, said: String(stderr.read() ?? ''), result: String(stdout.read() ?? '') };
}

test('the file beside the home folder is found, and turned into manifests that only their owner reads', async () => {
  writeTree(root, { 'bot-bottle.json': old });
  const { status, result } = await run('init', '--migrate', '--json');
  expect(status).toBe(exitStatus.done);
  expect(JSON.parse(result)).toEqual({ file: join(root, 'bot-bottle.json'), written: [join(home(), 'bottles/base.md'), join(home(), 'agents/dev.md')], notes: [] });
  expect(readFileSync(join(home(), 'agents/dev.md'), 'utf8')).toBe('---\nbottle: base\n---\nHi\n');
  expect(readFileSync(join(root, 'bot-bottle.json'), 'utf8')).toBe(old);
});

test('nothing is written when one of the manifests is there already, or the language refuses one', async () => {
  writeTree(root, { 'a.json': old, 'b.json': JSON.stringify({ bottles: { ok: {}, bad: { envv: {} } } }), '.bot-bottle/agents/dev.md': 'mine' });
  expect(await run('init', '--migrate', 'a.json')).toMatchObject({ status: exitStatus.failed, said: expect.stringContaining('agents/dev.md is there already; nothing was migrated.') });
  expect(await run('init', '--migrate', 'b.json')).toMatchObject({ status: exitStatus.dataError, said: expect.stringContaining('bottles.bad.envv is not a known key') });
  expect(existsSync(join(home(), 'bottles'))).toBe(false);
  expect(readdirSync(join(home(), 'agents'))).toEqual(['dev.md']);
});

test('without an old file it says so', async () => {
  expect(await run('init', '--migrate')).toMatchObject({ status: exitStatus.failed, said: expect.stringContaining('no bot-bottle.json') });
});
