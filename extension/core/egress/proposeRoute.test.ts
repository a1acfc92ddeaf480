import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { proposeRoute } from './proposeRoute.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'propose-'));
  mkdirSync(join(home, 'bottles'));
});
afterEach(() => rmSync(home, { recursive: true }));

const refusal = (clause: string, more: Partial<LogLine> = {}): LogLine => ({
  ts: '2026-01-02T03:04:05.678Z', id: '1', slug: 's', verdict: 'block', method: 'POST', host: 'api.test', port: 443, path: '/v1/upload?token=…',
  reason: 'egress: refused', status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [], clause, ...more,
});

function bottle(name: string, ...yaml: string[]): void {
  writeFileSync(join(home, 'bottles', `${name}.md`), ['---', 'agent_provider: {template: shell}', ...yaml, '---', 'Words.', ''].join('\n'));
}

const routes = (...lines: string[]): string[] => ['egress:', '  routes:', ...lines];

describe('the narrowest route for a refused request', () => {
  it('names this host, path and method, without the query', async () => {
    bottle('dev', '# kept');
    const { route, after, before, path } = await proposeRoute(home, 'dev', refusal('routes'));
    expect(route).toEqual({ host: 'api.test', matches: [{ paths: [{ type: 'exact', value: '/v1/upload' }], methods: ['POST'] }] });
    expect(after).toContain('# kept');
    expect(after).toContain('host: api.test');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('allows reading only where a CONNECT told nothing but the place', async () => {
    bottle('dev');
    expect((await proposeRoute(home, 'dev', refusal('routes', { method: 'CONNECT', path: '', port: 8443 }))).route).toEqual({ host: 'api.test:8443', matches: [{ methods: ['GET', 'HEAD'] }] });
  });

  it('allows plain http only when that was asked for', async () => {
    bottle('dev');
    const line = refusal('routes', { port: 80, reason: 'egress: http://api.test:80 is not listed' });
    expect((await proposeRoute(home, 'dev', line)).route).toMatchObject({ host: 'api.test', plaintext: true });
  });

  it('adds to the matches of the route that is there, and leaves the others alone', async () => {
    bottle('dev', ...routes('    - host: other.test', '    # why', '    - host: api.test', '      matches:', '        - methods: [GET]'));
    const { after, route } = await proposeRoute(home, 'dev', refusal('routes[1].matches'));
    expect(route).toEqual({ host: 'api.test', matches: [{ methods: ['GET'] }, { paths: [{ type: 'exact', value: '/v1/upload' }], methods: ['POST'] }] });
    expect(after).toContain('host: other.test');
    expect(after.match(/host: api\.test/g)).toHaveLength(1);
  });

  it('copies a route of a parent into the child before it widens it', async () => {
    bottle('base', ...routes('    - host: api.test', '      auth: {scheme: Bearer, token_ref: TOKEN}', '      matches:', '        - methods: [GET]'));
    bottle('dev', 'extends: base');
    const { path, route } = await proposeRoute(home, 'dev', refusal('routes[0].matches'));
    expect(path).toBe(join(home, 'bottles', 'dev.md'));
    expect(route).toMatchObject({ host: 'api.test', auth: { scheme: 'Bearer', token_ref: 'TOKEN' }, matches: [{ methods: ['GET'] }, { methods: ['POST'] }] });
  });

  it('names one host where the route is for many', async () => {
    bottle('dev', ...routes('    - host: "*.example.test"', '      matches:', '        - methods: [GET]'));
    const { route, after } = await proposeRoute(home, 'dev', refusal('routes[0].matches', { host: 'api.example.test' }));
    expect(route.host).toBe('api.example.test');
    expect(after).toContain('*.example.test');
  });

  it.each([
    ['routes[0].git.fetch', { method: 'GET', path: '/r.git/info/refs', reason: 'egress: git fetch' }, { git: { fetch: true } }],
    ['address', {}, { private_addresses: true }],
    ['plaintext', { port: 80 }, { plaintext: true }],
    ['upgrade', { method: 'GET' }, { websocket: true }],
  ])('turns the one switch that %s names', async (clause, more, added) => {
    bottle('dev', ...routes('    - host: api.test'));
    expect((await proposeRoute(home, 'dev', refusal(clause, more))).route).toEqual({ host: 'api.test', ...added });
  });

  it.each(['dlp', 'incident', 'git', 'framing', 'log', 'path', 'credential', 'routes[0].plaintext', 'routes[0].deny', 'routes[0].deny[1]', 'inference'])('does not exist for a refusal by %s', async (clause) => {
    bottle('dev', ...routes('    - host: api.test'));
    await expect(proposeRoute(home, 'dev', refusal(clause))).rejects.toMatchObject({ code: 'refused' });
  });

  it('does not exist for a path that the log does not tell', async () => {
    bottle('dev');
    await expect(proposeRoute(home, 'dev', refusal('routes', { path: `/${'x'.repeat(2047)}…` }))).rejects.toMatchObject({ code: 'refused' });
  });

  it('leaves the routes of a provider alone', async () => {
    bottle('dev');
    await expect(proposeRoute(home, 'dev', refusal('routes[0].matches'))).rejects.toThrow('provider');
  });

  it('is not written into a manifest that is gone', async () => {
    await expect(proposeRoute(home, 'dev', refusal('routes'))).rejects.toMatchObject({ code: 'manifest-missing' });
  });
});
