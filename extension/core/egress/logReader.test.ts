import { appendFileSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLog } from './logReader.ts';
import { tailOffset } from './logSegments.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bottle-log-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (id: string): string =>
  `${JSON.stringify({ ts: '2030-01-01T00:00:00.000Z', id, slug: 's', verdict: 'allow', method: 'GET', host: 'é.test', port: 443, path: '/', reason: '', status: 200, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [] })}\n`;

async function idsFrom(offset: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const entry of readLog(path, offset)) ids.push(entry.line.id);
  return ids;
}

test('a log that does not exist yet is empty', async () => {
  expect(await idsFrom(0)).toEqual([]);
});

test('reading resumes behind any line, counted in bytes', async () => {
  writeFileSync(path, line('1') + line('2') + line('3'));
  for await (const entry of readLog(path, 0)) {
    const rest = ['1', '2', '3'].slice(Number(entry.line.id));
    expect(await idsFrom(entry.offset)).toEqual(rest);
  }
});

test('damaged lines are counted and left out, an unfinished one waits', async () => {
  writeFileSync(path, `${line('1')}nonsense\n{"id":"x"}\n${line('2')}${line('3').slice(0, 20)}`);
  const entries = [];
  for await (const entry of readLog(path, 0)) entries.push([entry.line.id, entry.skipped]);
  expect(entries).toEqual([['1', 0], ['2', 2]]);
});

test('damaged lines behind the last decision are counted too', async () => {
  writeFileSync(path, `${line('1')}nonsense\nmore\n`);
  const entries = readLog(path, 0);
  await entries.next();
  expect(await entries.next()).toMatchObject({ done: true, value: { skipped: 2, missed: 0 } });
});

test('following a file that appears later gives every line once and ends when told', async () => {
  const stop = new AbortController();
  const ids: string[] = [];
  const reading = (async () => {
    for await (const entry of readLog(path, 0, { follow: true, signal: stop.signal })) {
      ids.push(entry.line.id);
      if (entry.line.id === '1') appendFileSync(path, line('2').slice(0, 30));
      if (entry.line.id === '2') stop.abort();
    }
  })();
  writeFileSync(path, line('1'));
  await expect.poll(() => ids).toEqual(['1']);
  appendFileSync(path, line('2').slice(30));
  await reading;
  expect(ids).toEqual(['1', '2']);
});

/** Writes lines into a segment and gives its base and the offset behind it. */
function segment(base: number, ...ids: string[]): number {
  const text = ids.map(line).join('');
  writeFileSync(join(folder, `log.${base}.jsonl`), text);
  return base + Buffer.byteLength(text);
}

test('a rotated log is one stream: every line once, from any offset, across segments', async () => {
  const second = segment(0, '1', '2');
  const third = segment(second, '3', '4');
  segment(third, '5');
  expect(await idsFrom(0)).toEqual(['1', '2', '3', '4', '5']);
  for await (const entry of readLog(path, 0)) expect(await idsFrom(entry.offset)).toEqual(['1', '2', '3', '4', '5'].slice(Number(entry.line.id)));
});

test('what was rotated away is told in bytes, and reading goes on behind it', async () => {
  const second = segment(0, '1', '2');
  const third = segment(second, '3');
  segment(third, '4');
  unlinkSync(join(folder, 'log.0.jsonl'));
  const entries = [];
  for await (const entry of readLog(path, 0)) entries.push([entry.line.id, entry.missed]);
  expect(entries).toEqual([['3', second], ['4', second]]);
  unlinkSync(join(folder, `log.${second}.jsonl`));
  expect(await idsFrom(10)).toEqual(['4']);
});

test('half a line at the end of a segment is counted, and costs no other', async () => {
  const half = line('2').slice(0, 30);
  const second = segment(0, '1') + Buffer.byteLength(half);
  appendFileSync(join(folder, 'log.0.jsonl'), half);
  segment(second, '3');
  const entries = [];
  for await (const entry of readLog(path, 0)) entries.push([entry.line.id, entry.skipped, entry.missed]);
  expect(entries).toEqual([['1', 0, 0], ['3', 1, 0]]);
});

test('a follower goes on through a rotation', async () => {
  const stop = new AbortController();
  const ids: string[] = [];
  let end = segment(0, '1');
  const reading = (async () => {
    for await (const entry of readLog(path, 0, { follow: true, signal: stop.signal })) {
      ids.push(entry.line.id);
      if (entry.line.id === '4') stop.abort();
    }
  })();
  await expect.poll(() => ids).toEqual(['1']);
  appendFileSync(join(folder, 'log.0.jsonl'), line('2'));
  end += Buffer.byteLength(line('2'));
  segment(end, '3');
  await expect.poll(() => ids).toEqual(['1', '2', '3']);
  appendFileSync(join(folder, `log.${end}.jsonl`), line('4'));
  await reading;
  expect(ids).toEqual(['1', '2', '3', '4']);
});

test('the end of a log begins with a whole line, wherever it is cut', async () => {
  const second = segment(0, '1', '2');
  const end = segment(second, '3', '4', '5');
  const one = Buffer.byteLength(line('1'));
  for (const [bytes, first] of [[1, 6], [one, 5], [one + 1, 5], [2 * one, 4], [3 * one, 3], [3 * one + 5, 3], [4 * one, 2], [5 * one, 1], [end * 2, 1]] as const) {
    expect(await idsFrom(await tailOffset(path, bytes)), `${bytes} bytes`).toEqual(['1', '2', '3', '4', '5'].slice(first - 1));
  }
  expect(await tailOffset(join(folder, 'none.jsonl'), 10)).toBe(0);
});
