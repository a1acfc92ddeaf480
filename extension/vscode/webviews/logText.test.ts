import { expect, it } from 'vitest';
import { logText } from './logText.ts';

it('the egress log as text gives request, reason, clause and findings', () => {
  const text = logText([
    {
      ts: '2026-01-02T03:04:05.678Z', id: '1', slug: 'demo', verdict: 'block', method: 'POST', host: 'evil.example', port: 443, path: '/x',
      reason: 'No route names this host.', status: 403, bytesUp: 10, bytesDown: 0, ms: 3.4, injected: false,
      findings: [{ detector: 'token_patterns', rule: 'github-pat', where: 'body' }], clause: 'routes',
    },
  ]);
  expect(text).toBe(
    '2026-01-02T03:04:05.678Z  BLOCK  POST evil.example:443/x  403  10 B up, 0 B down, 3 ms\n' +
      '    No route names this host. (routes)\n' +
      '    found github-pat (token_patterns) in body\n',
  );
});

it('a gap in the log is told as one', () => {
  const gap = {
    ts: '2026-01-02T03:04:05.678Z', id: '1', slug: 'demo', verdict: 'block', method: '', host: '', port: 0, path: '', reason: 'egress: 3 lines are missing here',
    status: 0, bytesUp: 0, bytesDown: 0, ms: 0, injected: false, findings: [], event: 'gap',
  } as const;
  expect(logText([{ ...gap, findings: [] }])).toBe('2026-01-02T03:04:05.678Z  GAP\n    egress: 3 lines are missing here\n');
});
