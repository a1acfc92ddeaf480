import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import type { ToPanel } from '../../../schemas/protocol/egressPanel.ts';
import type { LogNews } from '../engine.ts';
import { EgressFeed } from './egressFeed.ts';

const line = (id: number): LogLine => ({
  ts: '2026-01-02T03:04:05.678Z', id: String(id), slug: 'demo', verdict: 'allow', method: 'GET', host: 'a.example', port: 443, path: '/',
  reason: 'r', status: 200, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [],
});
const news = (...ids: number[]): LogNews => ({ lines: ids.map(line), skipped: 0, missed: 0 });

describe('the feed of the egress panel', () => {
  const feeds: EgressFeed[] = [];
  afterEach(() => {
    for (const feed of feeds.splice(0)) feed.dispose();
  });

  function feedOf(pieces: readonly LogNews[], capacity = 100) {
    const posted: ToPanel[] = [];
    const failures: unknown[] = [];
    let followed: AbortSignal | undefined;
    async function* follow(_slug: string, signal: AbortSignal) {
      followed = signal;
      yield* pieces;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }
    const feed = new EgressFeed('demo', capacity, { follow, post: (message) => posted.push(message), failed: (thrown) => failures.push(thrown) });
    feeds.push(feed);
    return { feed, posted, failures, signal: () => followed };
  }
  const ids = (message: ToPanel | undefined) => (message !== undefined && 'lines' in message ? message.lines.map((one) => one.id) : undefined);

  it('starts with a snapshot and gathers news into one message', async () => {
    const { posted } = feedOf([news(1, 2), news(3), news(4)]);
    await vi.waitFor(() => expect(posted).toHaveLength(2));
    expect(posted.map((message) => [message.type, ids(message)])).toEqual([['snapshot', ['1', '2']], ['append', ['3', '4']]]);
  });

  it('sends no more lines than the panel holds', async () => {
    const { posted } = feedOf([news(1, 2, 3, 4, 5)], 2);
    await vi.waitFor(() => expect(ids(posted[0])).toEqual(['4', '5']));
  });

  it('stops following when it is let go, and calls that no failure', async () => {
    const { feed, posted, failures, signal } = feedOf([news(1)]);
    await vi.waitFor(() => expect(posted).toHaveLength(1));
    feed.dispose();
    await Promise.resolve();
    expect(signal()?.aborted).toBe(true);
    expect(failures).toEqual([]);
  });
});
