import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endInTime } from './lifetime.ts';

describe('the time of an agent', () => {
  let said: string[];
  let ends: number;
  let lastByte: number;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    [said, ends, lastByte] = [[], 0, Date.now()];
  });
  afterEach(() => vi.useRealTimers());
  const terminal = {
    get quietMs() {
      return Date.now() - lastByte;
    },
    say: (words: string) => void said.push(words),
  };

  it('is over when its session is, and it is told why', () => {
    endInTime({ sessionMs: 1000 }, terminal, () => ends++);
    vi.advanceTimersByTime(999);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(1);
    expect([ends, said.join()]).toEqual([1, expect.stringContaining('session_time')]);
  });

  it('is over after silence, counted from the last byte', () => {
    endInTime({ idleMs: 1000 }, terminal, () => ends++);
    vi.advanceTimersByTime(900);
    lastByte = Date.now();
    vi.advanceTimersByTime(999);
    expect(ends).toBe(0);
    vi.advanceTimersByTime(1);
    expect([ends, said.join()]).toEqual([1, expect.stringContaining('idle_time')]);
  });

  it('ends once, also when both limits fall together, and never after the watch was given up', () => {
    endInTime({ sessionMs: 1000, idleMs: 1000 }, terminal, () => ends++);
    vi.advanceTimersByTime(5000);
    expect(ends).toBe(1);
    lastByte = Date.now();
    endInTime({ sessionMs: 1000, idleMs: 1000 }, terminal, () => ends++)();
    vi.advanceTimersByTime(5000);
    expect(ends).toBe(1);
  });
});
