import { describe, expect, it } from 'vitest';
import { Scrollback } from './scrollback.ts';

const fill = (scrollback: Scrollback, lines: number): void => {
  for (let line = 0; line < lines; line++) scrollback.push(Buffer.from(`line ${String(line)}\n`));
};

describe('scrollback', () => {
  it('gives back everything while it fits', () => {
    const scrollback = new Scrollback(1000);
    fill(scrollback, 3);
    expect(scrollback.content().toString()).toBe('line 0\nline 1\nline 2\n');
  });

  it('keeps the newest bytes and starts at the start of a line', () => {
    const scrollback = new Scrollback(100);
    fill(scrollback, 1000);
    const text = scrollback.content().toString();
    expect(text.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/^line \d+\n/);
    expect(text).toMatch(/line 999\n$/);
  });

  it('keeps one long line rather than nothing', () => {
    const scrollback = new Scrollback(10);
    scrollback.push(Buffer.from('x'.repeat(100)));
    expect(scrollback.content().toString()).toBe('x'.repeat(10));
  });
});
