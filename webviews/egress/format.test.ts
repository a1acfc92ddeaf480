import { describe, expect, it } from 'vitest';
import { authority, bytes, duration, statusText, timeOfDay } from './format.ts';

describe('a request in the panel', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1234, '1.2 kB'],
    [12_345, '12 kB'],
    [999_600, '1.0 MB'],
    [5e12, '5000 GB'],
  ])('shows %i bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it.each([
    [3.4, '3 ms'],
    [999.4, '999 ms'],
    [1234, '1.2 s'],
    [61_000, '61 s'],
  ])('shows %d milliseconds as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('leaves the usual port out', () => {
    expect(authority({ host: 'a.example', port: 443 })).toBe('a.example');
    expect(authority({ host: 'a.example', port: 8443 })).toBe('a.example:8443');
  });

  it('has no status when the connection was closed', () => expect(statusText(0)).toBe('–'));

  it('keeps a time that is none as it is', () => expect(timeOfDay('yesterday')).toBe('yesterday'));

  it('shows the time of day', () => expect(timeOfDay('2026-01-02T03:04:05.007Z')).toMatch(/^\d\d:\d\d:05\.007$/));
});
