import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineLog } from './lineLog.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'line-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('takes whole lines up to its largest size and says when it lost one', () => {
  const path = join(folder, 'log.jsonl');
  const log = new LineLog(path, 25);
  expect(log.append({ a: 1 })).toBe(true);
  expect(log.append({ a: 2 })).toBe(true);
  expect(log.append({ a: 'longer' })).toBe(false);
  expect(log.lost).toBe(true);
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
});

it('counts what an earlier run wrote', () => {
  const path = join(folder, 'log.jsonl');
  const first = new LineLog(path, 10);
  first.append({ a: 1 });
  first.close();
  const second = new LineLog(path, 10);
  expect(second.append({ a: 2 })).toBe(false);
  second.close();
});
