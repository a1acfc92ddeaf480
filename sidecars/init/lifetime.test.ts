import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endAtLimits, type Watched } from './lifetime.ts';

describe('the time of an agent', () => {
  let said: string[];
  let ends: number;
  let lastByte: number;
  let written: number | undefined;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    [said, ends, lastByte, written] = [[], 0, Date.now(), 0];
  });
  afterEach(() => vi.useRealTimers());
  const terminal = {
    get quietMs() {
      return Date.now() - lastByte;
    },
    say: (words: string) => void said.push(words),
  };
  const used = async (): Promise<number> => {
    if (written === undefined) throw new Error('no sum');
    return written;
  };
  const watch = (limits: Watched['limits'], end: (reason: string) => void = () => ends++): (() => void) => endAtLimits({ limits, terminal, used }, end);

  it('is over when its session is, and it is told why', () => {
    watch({ sessionMs: 1000 });
    vi.advanceTimersByTime(999);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(1);
    expect([ends, said.join()]).toEqual([1, expect.stringContaining('session_time')]);
  });

  it('is over after silence, counted from the last byte', () => {
    watch({ idleMs: 1000 });
    vi.advanceTimersByTime(900);
    lastByte = Date.now();
    vi.advanceTimersByTime(999);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(1);
    expect([ends, said.join()]).toEqual([1, expect.stringContaining('idle_time')]);
  });

  it('ends once, also when both limits fall together, and never after the watch was given up', () => {
    watch({ sessionMs: 1000, idleMs: 1000 });
    vi.advanceTimersByTime(5000);
    expect(ends).toBe(1);
    lastByte = Date.now();
    watch({ sessionMs: 1000, idleMs: 1000 })();
    vi.advanceTimersByTime(5000);
    expect(ends).toBe(1);
  });

  it('is over once it wrote more than it may, and is told why; not for as much as it may', async () => {
    const reasons: string[] = [];
    watch({ diskBytes: 100 }, (reason) => reasons.push(reason));
    written = 100;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reasons).toEqual([]);
    written = 101;
    await vi.advanceTimersByTimeAsync(1_000);
    expect([reasons, said.join()]).toEqual([['disk'], expect.stringContaining('resources.disk')]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasons).toHaveLength(1);
  });

  it('goes on while its disk cannot be measured for a moment, and is over when that lasts', async () => {
    watch({ diskBytes: 100 });
    written = undefined;
    await vi.advanceTimersByTimeAsync(20_000);
    written = 0;
    await vi.advanceTimersByTimeAsync(2_000);
    written = undefined;
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ends).toBe(0);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(ends).toBe(1);
  });

  it('is over when a measurement of its disk takes for ever, also after good ones, and is not told that it wrote too much', async () => {
    let looks = 0;
    const lasts = (): Promise<number> => (++looks === 2 ? new Promise(() => undefined) : Promise.resolve(0));
    endAtLimits({ limits: { diskBytes: 100 }, terminal, used: lasts }, () => ends++);
    await vi.advanceTimersByTimeAsync(31_000);
    expect([looks, ends]).toEqual([2, 0]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([looks, ends, said]).toEqual([2, 1, [expect.stringContaining('could not be measured')]]);
    expect(said.join()).not.toContain('wrote more');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([looks, ends]).toEqual([2, 1]);
  });

  it('is looked at again within half a minute, however long a look took, and is over with the next one that finds too much', async () => {
    const slow = (): Promise<number> => new Promise((resolve) => void setTimeout(() => resolve(written ?? 0), 20_000));
    endAtLimits({ limits: { diskBytes: 100 }, terminal, used: slow }, () => ends++);
    await vi.advanceTimersByTimeAsync(21_000);
    written = 101;
    await vi.advanceTimersByTimeAsync(49_000);
    expect(ends).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([ends, said]).toEqual([1, [expect.stringContaining('wrote more')]]);
  });
});
