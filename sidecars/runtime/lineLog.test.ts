import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineLog } from './lineLog.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'line-log-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const gapLine = (missing: number) => ({ missing });
const tight = { segmentBytes: 20, keptSegments: 3 };
const segments = (): string[] => readdirSync(folder).filter((name) => /\d/.test(name)).sort();

/** Everything a follower that starts at `offset` gets. */
function followed(log: LineLog, offset: number): { line: string; end: number; segment: number }[] {
  const lines = [];
  for (let at = offset, slice = log.slice(at); slice !== undefined; slice = log.slice(at)) {
    const { segment } = slice;
    lines.push(...slice.lines.map((one) => ({ ...one, segment })));
    at = slice.next;
  }
  return lines;
}

it('goes on in another segment when one is full, and the link leads to the newest', () => {
  const log = new LineLog(path, tight);
  for (let a = 1; a <= 5; a++) expect(log.append({ a }, gapLine)).toBe(true);
  log.close();
  expect(segments()).toEqual(['log.0.jsonl', 'log.16.jsonl', 'log.32.jsonl']);
  expect(readlinkSync(path)).toBe('log.32.jsonl');
  expect(readFileSync(path, 'utf8')).toBe('{"a":5}\n');
});

it('keeps a bounded number of segments, the newest ones', () => {
  const log = new LineLog(path, tight);
  for (let a = 1; a <= 9; a++) log.append({ a }, gapLine);
  expect(segments()).toEqual(['log.32.jsonl', 'log.48.jsonl', 'log.64.jsonl']);
  expect(log.bytes).toBe(72);
  expect(followed(log, 0).map(({ line }) => line)).toEqual(['{"a":5}', '{"a":6}', '{"a":7}', '{"a":8}', '{"a":9}']);
  log.close();
});

it('gives every line once to a follower that resumes anywhere, across segments', () => {
  const log = new LineLog(path, { ...tight, keptSegments: 9 });
  for (let a = 1; a <= 9; a++) log.append({ a }, gapLine);
  const all = followed(log, 0);
  expect(all.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((a) => `{"a":${a}}`));
  for (const [index, { end }] of all.entries()) expect(followed(log, end)).toEqual(all.slice(index + 1));
  expect(all.map(({ segment }) => segment)).toEqual([0, 0, 16, 16, 32, 32, 48, 48, 64]);
  log.close();
});

it('takes up the newest segment of an earlier run', () => {
  const first = new LineLog(path, tight);
  for (let a = 1; a <= 3; a++) first.append({ a }, gapLine);
  first.close();
  const second = new LineLog(path, tight);
  expect(second.bytes).toBe(24);
  second.append({ a: 4 }, gapLine);
  expect(followed(second, 16).map(({ line }) => line)).toEqual(['{"a":3}', '{"a":4}']);
  second.close();
});

it('counts what a full disk does not take', () => {
  symlinkSync('/dev/full', join(folder, 'log.0.jsonl'));
  const log = new LineLog(path);
  expect([log.append({ a: 1 }, gapLine), log.append({ a: 2 }, gapLine)]).toEqual([false, false]);
  expect([log.lost, log.missing, log.bytes]).toEqual([true, 2, 0]);
  log.close();
});

it('a line that was cut short spoils no other', () => {
  writeFileSync(join(folder, 'log.0.jsonl'), '{"a":1}\n{"a":');
  const log = new LineLog(path);
  log.append({ a: 2 }, gapLine);
  log.append({ a: 3 }, gapLine);
  expect(followed(log, 0).map(({ line }) => line)).toEqual(['{"a":1}', '{"a":', '{"a":2}', '{"a":3}']);
  log.close();
});

it('a segment that somebody removed is passed over', () => {
  const log = new LineLog(path, tight);
  for (let a = 1; a <= 5; a++) log.append({ a }, gapLine);
  unlinkSync(join(folder, 'log.16.jsonl'));
  expect(followed(log, 0).map(({ line }) => line)).toEqual(['{"a":1}', '{"a":2}', '{"a":5}']);
  log.close();
});

it('takes the place of nothing but an earlier log', () => {
  writeFileSync(path, 'mine');
  expect(() => new LineLog(path)).toThrow('no place for a log');
  expect(() => new LineLog(join(folder, 'full'))).toThrow('no place for a log');
  expect(readFileSync(path, 'utf8')).toBe('mine');
});
