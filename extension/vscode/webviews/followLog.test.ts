import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readLog } from '../../core/egress/logReader.ts';
import { followLog } from './followLog.ts';

const text = (id: number) =>
  `${JSON.stringify({ ts: '2026-01-02T03:04:05.678Z', id: String(id), slug: 'demo', verdict: 'allow', method: 'GET', host: 'a.example', port: 443, path: '/', reason: 'r', status: 200, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [] })}\n`;

describe('following an egress log', () => {
  const made: string[] = [];
  const aborts: AbortController[] = [];
  afterEach(async () => {
    for (const abort of aborts.splice(0)) abort.abort();
    for (const folder of made.splice(0)) await rm(folder, { recursive: true });
  });
  async function followed(content?: string) {
    const folder = await mkdtemp(join(tmpdir(), 'follow-'));
    made.push(folder);
    const file = join(folder, 'log.jsonl');
    if (content !== undefined) await writeFile(file, content);
    const abort = new AbortController();
    aborts.push(abort);
    return { file, abort, news: followLog(readLog, file, 0, abort.signal) };
  }

  it('gives everything there is as one piece and then the news', async () => {
    const { file, news } = await followed(text(1) + 'damaged\n' + text(2));
    const first = await news.next();
    expect(first.value).toMatchObject({ lines: [{ id: '1' }, { id: '2' }], skipped: 1 });
    const next = news.next();
    await appendFile(file, `nonsense\n${text(3)}`);
    expect((await next).value).toMatchObject({ lines: [{ id: '3' }], skipped: 1 });
  });

  it('gives an empty piece for a log that does not exist yet', async () => {
    const { file, news } = await followed();
    expect((await news.next()).value).toEqual({ lines: [], skipped: 0, missed: 0 });
    const next = news.next();
    await writeFile(file, text(1));
    expect((await next).value).toMatchObject({ lines: [{ id: '1' }] });
  });

  it('ends when it is aborted', async () => {
    const { abort, news } = await followed(text(1));
    await news.next();
    const next = news.next();
    abort.abort();
    expect((await next).done).toBe(true);
  });
});
