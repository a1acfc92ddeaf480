import { appendFileSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import type { FollowedLine } from './controlClient.ts';
import { LogCopy } from './logCopy.ts';
import { readLog } from './logReader.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bottle-copy-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (id: number): LogLine => ({
  ts: '2030-01-01T00:00:00.000Z', id: String(id), slug: 's', verdict: 'allow', method: 'GET', host: 'é.test', port: 443, path: '/',
  reason: '', status: 200, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [],
});
const size = Buffer.byteLength(`${JSON.stringify(line(1))}\n`);

/** Lines as a sidecar tells them that rotates after every second one. */
const stream: readonly FollowedLine[] = [1, 2, 3, 4, 5, 6].map((id) => ({ offset: id * size, segment: Math.floor((id - 1) / 2) * 2 * size, line: line(id) }));

async function copied(lines: readonly FollowedLine[], limits?: { keptSegments: number }): Promise<number> {
  const copy = await LogCopy.open(path, limits);
  for (const one of lines) if (one.offset > copy.end) copy.add(one);
  await copy.finished();
  return copy.end;
}

async function ids(): Promise<string[]> {
  const found = [];
  for await (const entry of readLog(path, 0)) found.push(entry.line.id);
  return found;
}

test('a copy has the same segments and offsets, and the link leads to the newest', async () => {
  await copied(stream);
  expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(readlinkSync(path)).toBe(`log.${4 * size}.jsonl`);
  expect((await LogCopy.open(path)).end).toBe(6 * size);
});

test('a copy that was broken off goes on where it ended, also behind half a line', async () => {
  await copied(stream.slice(0, 3));
  appendFileSync(join(folder, `log.${2 * size}.jsonl`), '{"ts":"20');
  expect(await copied(stream)).toBe(3 * size);
  expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('two processes that copy at once write every line once', async () => {
  await Promise.all([copied(stream), copied(stream), copied(stream.slice(0, 4))]);
  expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('a copy keeps a bounded number of segments', async () => {
  await copied(stream, { keptSegments: 2 });
  expect(await ids()).toEqual(['3', '4', '5', '6']);
  expect(readdirSync(folder)).toHaveLength(3);
});

test('what was no line at the sidecar is none here either', async () => {
  const behind = { ...stream[1], offset: 2 * size + 7, segment: 0, line: line(2) };
  await copied([...stream.slice(0, 1), behind]);
  expect(readFileSync(join(folder, 'log.0.jsonl'), 'latin1').slice(size, size + 7)).toBe('      \n');
  expect(await ids()).toEqual(['1', '2']);
});

test('a copy that cannot be written says so when it ends', async () => {
  writeFileSync(join(folder, 'log.0.jsonl'), '');
  const copy = await LogCopy.open(path);
  rmSync(folder, { recursive: true });
  copy.add({ offset: 2 * size, segment: size, line: line(1) });
  await expect(copy.finished()).rejects.toThrow('ENOENT');
  folder = mkdtempSync(join(tmpdir(), 'bottle-copy-'));
});
