import type { readLog } from '../../core/egress/logReader.ts';
import type { LogNews } from '../engine.ts';

/** What is in a log from an offset on as one piece, also when that is nothing, then each new line until the signal is aborted. */
export async function* followLog(read: typeof readLog, path: string, from: number, signal: AbortSignal): AsyncGenerator<LogNews, void, undefined> {
  const lines = [];
  let offset = from;
  let skipped = 0;
  let missed = 0;
  for await (const entry of read(path, from, { signal })) {
    lines.push(entry.line);
    offset = entry.offset;
    skipped = entry.skipped;
    missed = entry.missed;
  }
  yield { lines, skipped, missed };
  let before = { skipped: 0, missed: 0 };
  for await (const entry of read(path, offset, { follow: true, signal })) {
    yield { lines: [entry.line], skipped: entry.skipped - before.skipped, missed: entry.missed - before.missed };
    before = entry;
  }
}
