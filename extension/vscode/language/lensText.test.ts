import { describe, expect, it } from 'vitest';
import type { RouteUse } from '../../../schemas/protocol/egressUsage.ts';
import { english } from '../words.ts';
import { useText } from './lensText.ts';

const use: RouteUse = { route: 'a.example', hits: 0, blocked: 0, bytesUp: 0, bytesDown: 0, lastUse: null, unusedSessions: 0 };
const text = (sessions: number, more: Partial<RouteUse> | undefined) =>
  useText({ range: { start: 0, end: 0 }, does: 'use', sessions, use: more === undefined ? undefined : { ...use, ...more } }, english, (time) => time.slice(0, 10));

describe('the words above a route', () => {
  it('tell hits, blocked requests, the last use and how long there was none', () => {
    expect(text(3, { hits: 1, lastUse: '2026-01-02T03:04:05Z' })).toBe('1 hit, last 2026-01-02');
    expect(text(3, { hits: 7, blocked: 2, lastUse: '2026-01-02T03:04:05Z', unusedSessions: 1 })).toBe('7 hits, 2 blocked, last 2026-01-02, unused in the last session');
    expect(text(9, { unusedSessions: 4 })).toBe('0 hits, unused in the last 4 sessions');
  });

  it('say so when there is nothing to tell yet', () => {
    expect(text(0, undefined)).toBe('no session yet');
    expect(text(2, undefined)).toBe('not used yet');
    expect(text(2, {})).toBe('not used yet');
  });
});
