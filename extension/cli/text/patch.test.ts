import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { random, type Random } from '../../../test/support/random.ts';
import type { ChangeEntry } from '../../core/workspace/content.ts';
import { countLines, gitPatch } from './patch.ts';

type Tree = Readonly<Record<string, ChangeEntry>>;

const file = (content: string | Uint8Array, executable = false): ChangeEntry => ({ kind: 'file', bytes: Buffer.from(content), executable });
const link = (target: string): ChangeEntry => ({ kind: 'link', bytes: Buffer.from(target) });
const absent: ChangeEntry = { kind: 'absent' };

describe('a patch', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'patch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function git(args: readonly string[], input = ''): void {
    execFileSync('git', args, { cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
  }

  /** Takes the patch of the whole tree there and back again in a fresh repository. */
  function expectRoundTrip(before: Tree, after: Tree): void {
    write(folder, before);
    git(['init', '--quiet']);
    const patch = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .map((path) => gitPatch({ path, before: before[path] ?? absent, after: after[path] ?? absent }).text ?? '')
      .join('');
    if (patch === '') return;
    git(['apply', '-'], patch);
    expect(read(folder)).toEqual(told(after));
    git(['apply', '-R', '-'], patch);
    expect(read(folder)).toEqual(told(before));
  }

  test.each<[string, Tree, Tree]>([
    ['an edit', { f: file('one\ntwo\nthree\n') }, { f: file('one\n2\nthree\n') }],
    ['a lost newline at the end', { f: file('one\ntwo\n') }, { f: file('one\ntwo') }],
    ['a new newline at the end', { f: file('one\ntwo') }, { f: file('one\ntwo\n') }],
    ['Windows line ends', { f: file('one\r\ntwo\r\n') }, { f: file('one\r\n2\r\n') }],
    ['two far hunks', { f: file('x\n'.repeat(40)) }, { f: file(`a\n${'x\n'.repeat(40)}b\n`) }],
    ['a new file, an empty one, a program', {}, { a: file('hello\n'), empty: file(''), 'run.sh': file('#!/bin/sh\n', true) }],
    ['deleted files', { a: file('bye\n'), empty: file(''), bin: file(Uint8Array.of(0, 1)) }, {}],
    ['modes', { a: file('x\n'), b: file('x\n', true) }, { a: file('x\n', true), b: file('y\n') }],
    ['links', { old: link('a'), moved: link('a') }, { fresh: link('../x y'), moved: link('b') }],
    ['a file that becomes a link and a link that becomes a file', { a: file('text\n'), b: link('a') }, { a: link('b'), b: file('b\n', true) }],
    ['binary files', { p: file('a\n'), q: file(Uint8Array.of(0, 1, 2)) }, { p: file('a\0b'), q: file(Uint8Array.of(0xff, 0xfe)), r: file(Uint8Array.of(0)) }],
    ['names that git quotes', { 'a b': file('1\n'), 'ü "q"\\': file('1\n') }, { 'a b': file('2\n'), 'ü "q"\\': file('2\n'), 'new name': file('1\n'), 'é/\'x': file('1\n') }],
    ['a folder in the place of a file', { c: file('c\n') }, { 'c/in': file('in\n') }],
    ['a file in the place of a folder', { 'src/a': file('a\n'), 'src/b': file('b\n') }, { src: file('now a file\n') }],
    ['texts with nothing in common', { f: file(lines('old', 3_500)) }, { f: file(lines('new', 3_500)) }],
  ])('is taken by git: %s', (_name, before, after) => expectRoundTrip(before, after));

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('makes one tree the other, whatever is in them (seed %i)', (seed) => {
    const chance = random(seed);
    const before = anyTree(chance);
    expectRoundTrip(before, { ...anyTree(chance, before) });
  });

  test('says why something is not in it', () => {
    expect(gitPatch({ path: 'f', before: { kind: 'lost' }, after: file('x') })).toEqual({ fault: expect.stringContaining('nobody kept') });
    expect(gitPatch({ path: 'f', before: absent, after: file(Buffer.alloc(32 * 1024 * 1024 + 1)) })).toEqual({ fault: 'is larger than 32 MiB.' });
  });
});

test('added and removed lines are counted', () => {
  expect(countLines({ path: 'f', before: file('a\nb\nc\n'), after: file('a\nB\nc\nd\n') })).toEqual({ added: 2, removed: 1 });
  expect(countLines({ path: 'f', before: absent, after: file(lines('new', 5_000)) })).toEqual({ added: 5_000, removed: 0 });
  expect(countLines({ path: 'f', before: file(lines('old', 3_500)), after: file(lines('new', 3_501)) })).toEqual({ added: 3_501, removed: 3_500 });
  expect(countLines({ path: 'f', before: absent, after: file('\0') })).toBeNull();
  expect(countLines({ path: 'f', before: { kind: 'lost' }, after: file('x') })).toBeNull();
});

function lines(word: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');
}

/** A few files and links; `like` is a tree it shares some of. Two names clash as file and folder. */
function anyTree(chance: Random, like: Tree = {}): Tree {
  const tree: Record<string, ChangeEntry> = {};
  for (const path of ['a', 'b c', 'd/e', 'd/ö', 'x', 'x/y', 'z/1/2']) {
    if (chance.one(4) || (path === 'x/y' && tree['x'] !== undefined)) continue;
    const old = like[path];
    if (old !== undefined && chance.one(3)) tree[path] = old;
    else if (old?.kind === 'file' && chance.one(2)) tree[path] = file(Buffer.concat([old.bytes, Buffer.from('more\n')]), chance.one(2));
    else tree[path] = anyEntry(chance);
  }
  return tree;
}

function anyEntry(chance: Random): ChangeEntry {
  if (chance.one(4)) return link(chance.text('abc/ö ', 1 + chance.below(8)));
  return file(chance.one(3) ? chance.bytes(chance.below(400)) : chance.text('ab\n', chance.below(60)), chance.one(3));
}

function write(root: string, tree: Tree): void {
  for (const [path, entry] of Object.entries(tree)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (entry.kind === 'link') symlinkSync(Buffer.from(entry.bytes), at);
    if (entry.kind !== 'file') continue;
    writeFileSync(at, entry.bytes);
    chmodSync(at, entry.executable ? 0o755 : 0o644);
  }
}

function told(tree: Tree): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).map(([path, entry]) => [path, tell(entry)]).sort());
}

function tell(entry: ChangeEntry): string {
  return 'bytes' in entry ? `${entry.kind}${entry.kind === 'file' && entry.executable ? '*' : ''} ${Buffer.from(entry.bytes).toString('base64')}` : entry.kind;
}

/** What lies in a folder beside git's own. */
function read(root: string): Record<string, string> {
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path !== '.git' && !path.startsWith('.git/'));
  return told(Object.fromEntries(found.flatMap((path) => (lstatSync(join(root, path)).isDirectory() ? [] : [[path, entryAt(join(root, path))]]))));
}

function entryAt(path: string): ChangeEntry {
  const stat = lstatSync(path);
  return stat.isSymbolicLink() ? link(readlinkSync(path)) : file(readFileSync(path), (stat.mode & 0o100) !== 0);
}
