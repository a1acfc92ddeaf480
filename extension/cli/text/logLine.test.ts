import { expect, it } from 'vitest';
import type { LogLine } from '../../../schemas/protocol/egressLog.ts';
import { logLineText } from './logLine.ts';

const line: LogLine = {
  ts: '2026-01-02T03:04:05.678Z', id: '1', slug: 'demo', verdict: 'block', method: 'POST', host: 'api.test', port: 443, path: '/x', reason: 'egress: https://api.test:443 is not listed',
  status: 403, bytesUp: 0, bytesDown: 0, ms: 1, injected: false, findings: [], clause: 'routes',
};
const text = (more: Partial<LogLine>): string => logLineText({ ...line, ...more }).split('\t').slice(1).join(' | ');

it('a line says what was asked, what the answer was, why and by which clause', () => {
  expect(text({})).toBe('block | POST api.test/x | 403 | https://api.test:443 is not listed (routes)');
});

it('a clause that the reason names is not told twice', () => {
  expect(text({ verdict: 'allow', status: 200, reason: 'allowed by the route for api.test (routes[0])', clause: 'routes[0]' })).toBe('allow | POST api.test/x | 200 | allowed by the route for api.test (routes[0])');
});

it('findings are told by rule, detector and place', () => {
  const findings = [{ detector: 'token_patterns', rule: 'github-pat', where: 'body' }, { detector: 'known_secrets', rule: 'API_KEY', where: 'header x-a' }];
  expect(text({ reason: 'egress: a secret', clause: 'dlp', findings })).toBe('block | POST api.test/x | 403 | a secret (dlp) | found github-pat (token_patterns) in body, API_KEY (known_secrets) in header x-a');
});

it('a gap is no request', () => {
  const gap = { event: 'gap', method: '', host: '', port: 0, path: '', status: 0, reason: 'egress: 3 lines are missing here: the log could not be written', clause: 'log' } as const;
  expect(text(gap)).toBe('gap | 3 lines are missing here: the log could not be written (log)');
});

it('an incident is told as one, and a closed connection has no status', () => {
  expect(text({ event: 'incident', status: 0, port: 8443, clause: 'incident', reason: 'egress: closed' })).toBe('incident | POST api.test:8443/x | - | closed (incident)');
});

it('what a bottle wrote moves no cursor', () => {
  expect(logLineText({ ...line, path: '/\u001b[2J\n' })).toContain('/\\x1b[2J\\n');
});
