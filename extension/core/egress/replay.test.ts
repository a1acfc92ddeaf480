import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { routesFileSchema } from '../../../schemas/policy/routesFile.ts';
import type { Route } from '../../../schemas/policy/route.ts';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { replay, replayLog } from './replay.ts';
import type { Replay } from './replay.ts';

const line = (more: Partial<LogLine>): LogLine => ({
  ts: '2030-01-02T03:04:05.678Z', id: 'r-1', slug: 'demo', verdict: 'block', method: 'GET', host: 'a.test', port: 443, path: '/', reason: '', status: 403,
  bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [], clause: 'routes', ...more,
});
const allowed = (more: Partial<LogLine>): LogLine => line({ verdict: 'allow', status: 200, clause: 'routes[0]', ...more });

function under(routes: Route[], ...lines: LogLine[]): Promise<Replay> {
  async function* each(): AsyncGenerator<LogLine> {
    yield* lines;
  }
  return replay(routesFileSchema.parse({ log: 2, routes }), each());
}

describe('a log against changed routes', () => {
  test('what would newly pass, with the clause that lets it', async () => {
    expect(await under([{ host: 'b.test' }, { host: 'a.test', matches: [{ methods: ['GET'] }] }], line({ path: '/x?y=…' }), line({ path: '/x' }), line({ method: 'POST' }))).toEqual({
      lines: 3, same: 1, newlyBlocked: [], unjudged: [],
      newlyAllowed: [{ method: 'GET', host: 'a.test', port: 443, path: '/x', count: 2, clause: 'routes[1].matches[0]', reason: expect.any(String) }],
    });
  });

  test('what would newly fail, with the sentence the agent would get', async () => {
    const { newlyBlocked, same } = await under([{ host: 'a.test', matches: [{ paths: [{ value: '/api' }] }] }], allowed({ path: '/api/x' }), allowed({ path: '/other' }), allowed({ host: 'gone.test' }));
    expect(same).toBe(1);
    expect(newlyBlocked.map(({ host, clause, reason }) => [host, clause, reason])).toEqual([
      ['a.test', 'routes[0].matches', 'no entry of matches fits this GET'],
      ['gone.test', 'routes', 'https://gone.test:443 is not listed'],
    ]);
  });

  test('what something else than the routes decided stays', async () => {
    const finding = { detector: 'known_secrets', rule: 'credential', where: 'body' };
    for (const clause of ['address', 'certificate', 'credential', 'framing', 'authority', 'incident', 'loop']) expect(await under([{ host: 'a.test' }], line({ clause }))).toMatchObject({ same: 1, newlyAllowed: [] });
    expect(await under([{ host: 'a.test' }], line({ findings: [finding], clause: 'routes[0]' }), line({ event: 'incident' }), line({ host: '_egress.local', port: 80 }))).toMatchObject({ same: 3 });
  });

  test('a tunnel is judged by its place', async () => {
    expect(await under([{ host: 'a.test:8443' }], line({ method: 'CONNECT', path: '', port: 8443 }), line({ method: 'CONNECT', path: '' }))).toMatchObject({ same: 1, newlyAllowed: [{ method: 'CONNECT', port: 8443 }] });
  });

  test('what passes within a budget is not guessed; without one it would pass', async () => {
    const spent = line({ status: 429, clause: 'routes[0].budget' });
    expect(await under([{ host: 'a.test', budget: { sent: '1MiB', window: '1h' } }], spent, allowed({}))).toMatchObject({ same: 0, newlyAllowed: [], unjudged: [{ count: 2, clause: 'routes[0].budget', reason: expect.stringContaining('sent before') }] });
    expect(await under([{ host: 'a.test' }], spent, allowed({}))).toMatchObject({ same: 1, newlyAllowed: [{ count: 1, clause: 'routes[0]' }], unjudged: [] });
  });

  test('a tunnel that passes unread is judged by its place, and requests seen before would pass unseen', async () => {
    const unread: Route[] = [{ host: 'a.test', tls_passthrough: true }];
    expect(await under(unread, allowed({ method: 'CONNECT', path: '' }), allowed({}), line({ method: 'PUT', path: '/x', clause: 'routes[0].matches' }))).toMatchObject({ same: 2, newlyAllowed: [{ method: 'PUT', reason: expect.stringContaining('unread') }] });
  });

  test('what depends on a header or a query value is not guessed', async () => {
    const headers: Route = { host: 'a.test', matches: [{ methods: ['GET'], headers: [{ name: 'x', value: 'y' }] }] };
    const { unjudged } = await under([headers], line({}), allowed({}), line({ method: 'POST' }));
    expect(unjudged).toEqual([expect.objectContaining({ count: 2, reason: expect.stringContaining('header') })]);
    expect(await under([{ host: 'a.test', git: { fetch: true } }], line({ path: '/r.git/info/refs?service=…' }))).toMatchObject({ unjudged: [{ reason: expect.stringContaining('query') }] });
    expect(await under([{ host: 'a.test' }], line({ path: '/r.git/info/refs?service=…', clause: 'git' }))).toMatchObject({ same: 1, unjudged: [] });
    expect(await under([{ host: 'a.test' }], line({ path: `/${'x'.repeat(2047)}…` }), line({ path: '/[credential]/x' }))).toMatchObject({ unjudged: [{ reason: expect.stringContaining('part of this path') }, {}] });
    expect(await under([{ host: 'api.anthropic.com' }], line({ host: 'api.anthropic.com', clause: 'inference' }))).toMatchObject({ unjudged: [{ host: 'api.anthropic.com' }] });
  });

  test('what a deny would newly block, with its entry', async () => {
    const { newlyBlocked, same } = await under([{ host: 'a.test', deny: [{ paths: [{ value: '/admin' }] }] }, { host: '*.b.test', deny: true }], allowed({ path: '/Admin/x' }), allowed({ path: '/x' }), allowed({ host: 'x.b.test', method: 'CONNECT', path: '' }), allowed({ host: 'x.b.test' }));
    expect(same).toBe(1);
    expect(newlyBlocked.map(({ clause }) => clause).sort()).toEqual(['routes[0].deny[0]', 'routes[1].deny', 'routes[1].deny']);
    expect(await under([{ host: 'a.test' }], line({ clause: 'routes[0].deny[0]' }))).toMatchObject({ newlyAllowed: [{ count: 1 }] });
  });

  test('a rule on the query is judged where there was none, else not', async () => {
    const routes: Route[] = [{ host: 'a.test', matches: [{ query: [{ name: 'page' }] }, { methods: ['HEAD'] }] }];
    const { unjudged, same, newlyAllowed } = await under(routes, allowed({}), allowed({ path: '/?page=…' }), line({ path: '/?other=…' }), line({ method: 'HEAD', path: '/?x' }));
    expect(same).toBe(1);
    expect(newlyAllowed).toMatchObject([{ method: 'HEAD' }]);
    expect(unjudged).toMatchObject([{ count: 2, reason: expect.stringContaining('query value') }]);
    expect(await under([{ host: 'a.test', matches: [{ query: [{ name: 'page', value: '1' }] }] }], allowed({}))).toMatchObject({ newlyBlocked: [{ clause: 'routes[0].matches' }], unjudged: [] });
  });

  test('a deny on headers or the query is not guessed, and beside another reason to refuse it changes nothing', async () => {
    const routes: Route[] = [{ host: 'a.test', matches: [{ methods: ['GET'] }], deny: [{ query: [{ name: 'admin' }] }, { headers: [{ name: 'x', value: 'y' }] }] }];
    expect(await under(routes, allowed({}))).toMatchObject({ unjudged: [{ reason: expect.stringContaining('routes[0].deny[1]') }] });
    expect(await under(routes, allowed({ path: '/?x=…' }), line({ method: 'POST', path: '/?x=…' }))).toMatchObject({ same: 1, unjudged: [{ reason: expect.stringContaining('routes[0].deny[0]') }] });
    expect(await under([{ host: 'a.test', deny: [{ query: [{ name: 'admin' }] }] }], allowed({}))).toMatchObject({ same: 1, unjudged: [] });
  });

  test('header rules beside an open entry change nothing', async () => {
    expect(await under([{ host: 'a.test', matches: [{ headers: [{ name: 'x', value: 'y' }] }, { methods: ['GET'] }] }], line({}))).toMatchObject({ newlyAllowed: [{ count: 1 }], unjudged: [] });
  });

  test('WebSocket needs its key', async () => {
    const refusedUpgrade = line({ clause: 'upgrade', status: 426 });
    expect(await under([{ host: 'a.test' }], refusedUpgrade)).toMatchObject({ same: 1 });
    expect(await under([{ host: 'a.test', websocket: true }], refusedUpgrade)).toMatchObject({ newlyAllowed: [{ count: 1 }] });
    expect(await under([{ host: 'a.test' }], allowed({ status: 101 }))).toMatchObject({ newlyBlocked: [{ clause: 'upgrade' }] });
  });

  test('plain http is told by the port, or by the routes', async () => {
    expect(await under([{ host: 'a.test', plaintext: true }, { host: 'b.test' }], line({ port: 80 }), line({ host: 'b.test', port: 80 }))).toMatchObject({ newlyAllowed: [{ port: 80, host: 'a.test' }], same: 1 });
  });
});

describe('a log file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bottle-replay-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('damaged lines are counted, and a log of refusals alone says that it is one', async () => {
    const path = join(folder, 'copy.jsonl');
    writeFileSync(path, [JSON.stringify(line({})), 'no line', '{"verdict":"maybe"}', JSON.stringify(line({ id: 'r-2', host: 'b.test' }))].join('\n') + '\n');
    expect(await replayLog(routesFileSchema.parse({ log: 2, routes: [{ host: 'a.test' }] }), path)).toMatchObject({ lines: 2, skipped: 2, missed: 0, hasAllowed: false, newlyAllowed: [{ host: 'a.test' }] });
  });

  test('one that is not there is named', async () => {
    await expect(replayLog({ log: 2, routes: [] }, join(folder, 'none.jsonl'))).rejects.toThrow(/none\.jsonl cannot be read/);
  });
});
