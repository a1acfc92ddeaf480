import { describe, expect, it } from 'vitest';
import { noCount, noUsage, routeKey, shownUsage, withSession } from './egressUsage.ts';
import type { SessionUsage } from './egressUsage.ts';

const session = (routes: SessionUsage['routes']): SessionUsage => ({ version: 1, allowed: 0, blocked: 0, routes });
const used = (at: string, hits = 1) => ({ hits, blocked: 2, bytesUp: 10, bytesDown: 20, lastUse: at });

describe('the use of routes over sessions', () => {
  it('adds hits, refusals and bytes, and keeps the latest use', () => {
    const first = withSession(noUsage, 'a', session({ 'x.test': used('2026-02-01T00:00:00.000Z') }));
    const both = withSession(first, 'b', session({ 'x.test': used('2026-01-01T00:00:00.000Z', 3) }));
    expect(shownUsage(both)).toEqual({
      sessions: 2,
      routes: [{ route: 'x.test', hits: 4, blocked: 4, bytesUp: 20, bytesDown: 40, lastUse: '2026-02-01T00:00:00.000Z', unusedSessions: 0 }],
    });
  });

  it('adds a session once, however often it ends', () => {
    const once = withSession(noUsage, 'a', session({ 'x.test': used('2026-01-01T00:00:00.000Z') }));
    expect(withSession(once, 'a', session({ 'x.test': used('2026-01-01T00:00:00.000Z') }))).toBe(once);
  });

  it('counts the sessions in which a route was not used, from its first one on', () => {
    let usage = withSession(noUsage, '1', session({ 'old.test': used('2026-01-01T00:00:00.000Z') }));
    usage = withSession(usage, '2', session({ 'old.test': noCount, 'new.test': noCount }));
    usage = withSession(usage, '3', session({ 'old.test': noCount, 'new.test': noCount }));
    expect(shownUsage(usage).routes.map(({ route, unusedSessions }) => [route, unusedSessions])).toEqual([['new.test', 2], ['old.test', 2]]);
  });

  it.each([
    ['API.Example.com', 'api.example.com'],
    ['api.example.com:443', 'api.example.com'],
    ['api.example.com.', 'api.example.com'],
    ['api.example.com:8443', 'api.example.com:8443'],
    ['[::1]:443', '[::1]'],
    ['*.example.com', '*.example.com'],
  ])('knows %s as %s', (host, key) => expect(routeKey(host)).toBe(key));
});
