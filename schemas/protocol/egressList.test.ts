import { describe, expect, it } from 'vitest';
import { matchesFilter } from './egressList.ts';
import type { LogLine } from './egressLog.ts';

const line: LogLine = {
  ts: '2026-01-02T03:04:05.678Z',
  id: '1',
  slug: 'demo',
  verdict: 'block',
  method: 'POST',
  host: 'Api.Example.com',
  port: 443,
  path: '/v1/upload',
  reason: 'No route names this host.',
  status: 403,
  bytesUp: 10,
  bytesDown: 20,
  ms: 3,
  injected: false,
  findings: [{ detector: 'token_patterns', rule: 'github-pat', where: 'body' }],
};

describe('the filter of the egress log', () => {
  it.each([
    ['', true],
    ['example', true],
    ['EXAMPLE upload', true],
    ['post 403', true],
    ['github-pat', true],
    ['route host', true],
    ['example download', false],
    ['host:example', true],
    ['HOST:api path:upload', true],
    ['host:upload', false],
    ['finding:github', true],
    ['finding:example', false],
    ['status:403', true],
    ['nothing:example', false],
  ])('matches %j: %s', (text, expected) => {
    expect(matchesFilter(line, { verdict: 'all', text })).toBe(expected);
  });

  it('holds back lines of the other verdict', () => {
    expect(matchesFilter(line, { verdict: 'allow', text: '' })).toBe(false);
    expect(matchesFilter(line, { verdict: 'block', text: '' })).toBe(true);
  });

  it('leaves what a detector saw something in, and incidents', () => {
    expect(matchesFilter(line, { verdict: 'found', text: '' })).toBe(true);
    expect(matchesFilter({ ...line, findings: [] }, { verdict: 'found', text: '' })).toBe(false);
    expect(matchesFilter({ ...line, findings: [], event: 'incident' }, { verdict: 'found', text: '' })).toBe(true);
  });
});
