import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logLineSchema } from '../../schemas/protocol/egressLog.ts';
import type { LogLine } from '../../schemas/protocol/egressLog.ts';
import { sessionUsageSchema } from '../../schemas/protocol/egressUsage.ts';
import { LineLog } from '../runtime/lineLog.ts';
import { DecisionLog } from './decisionLog.ts';
import type { Decision } from './decisionLog.ts';
import { compilePolicy } from '../../schemas/policy/policy.ts';

const secret = 'Value-0123456789-abcdef';
const live = { slug: 's', secrets: [secret], policy: compilePolicy({ log: 2, routes: [{ host: 'api.test' }, { host: '*.wide.test' }, { host: 'unused.test' }] }) };
const decision: Decision = { verdict: 'block', method: 'GET', host: 'api.test', port: 443, path: '/a', reason: 'r', status: 403 };

let folder: string;
let log: DecisionLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decisions-'));
  log = new DecisionLog(new LineLog(join(folder, 'log.jsonl')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function recorded(...decisions: Partial<Decision>[]): LogLine[] {
  for (const one of decisions) log.record(live, { ...decision, ...one });
  return readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n').map((line) => logLineSchema.parse(JSON.parse(line)));
}

describe('a line of the egress log', () => {
  it('has the keys of its schema in their order, so that a copy is the same text', () => {
    recorded({ clause: 'incident', findings: [{ detector: 'canary', rule: 'bait', where: 'body' }] });
    const text = readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd();
    expect(JSON.stringify(logLineSchema.parse(JSON.parse(text)))).toBe(text);
  });

  it('tells no secret in any field, whoever wrote it there', () => {
    const where = `header x-${secret}`;
    recorded({ method: secret, host: secret.toLowerCase(), path: `/${Buffer.from(secret).toString('base64')}?${secret}=1`, reason: secret, clause: secret, findings: [{ detector: secret, rule: secret, where }] });
    const text = readFileSync(join(folder, 'log.jsonl'), 'utf8');
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(2, -4));
  });

  it.each([
    ['host', { host: '[finding]', path: '/p?q=…' }],
    ['path', { host: 'api.test', path: '/[finding]' }],
    ['path (decoded)', { host: 'api.test', path: '/[finding]' }],
    ['query', { host: 'api.test', path: '/p?…' }],
    ['method', { method: '[finding]' }],
    ['head', { method: '[finding]', host: '[finding]', path: '/[finding]' }],
    ['body', { method: 'GET', host: 'api.test', path: '/p?q=…' }],
  ])('leaves out the text in which something was found: %s', (where, shown) => {
    expect(recorded({ path: '/p?q=1', findings: [{ detector: 'token_patterns', rule: 'github-pat', where }] })[0]).toMatchObject(shown);
  });

  it('is one line whatever the request says, and no other request can be written with it', () => {
    const forged = '/\r\n{"verdict":"allow"}\u2028\u001b[2J';
    expect(recorded({ path: forged, host: 'a\nb', method: 'GET\r\n' }, {})).toHaveLength(2);
  });

  it('stays far below the longest line, whatever the request says', () => {
    const long = '\u0001'.repeat(100_000);
    recorded({ path: long, host: long, method: long, reason: long, clause: long, findings: Array.from({ length: 1000 }, () => ({ detector: long, rule: long, where: long })) });
    expect(readFileSync(join(folder, 'log.jsonl')).length).toBeLessThan(32 * 1024);
  });

  it('marks the sighting of a canary and nothing after it', () => {
    const lines = recorded({ clause: 'incident', findings: [{ detector: 'canary', rule: 'bait', where: 'body' }] }, { clause: 'incident' });
    expect(lines.map(({ event }) => event)).toEqual(['incident', undefined]);
  });
});

describe('what decisions add up to', () => {
  const usage = () => {
    log.usage.close();
    return sessionUsageSchema.parse(JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8')));
  };

  it('counts hits, refusals, bytes and the last use by route, also where nothing is logged', () => {
    const silent = { ...live, policy: { ...live.policy, log: 0 as const } };
    log.usage.watch(live.policy);
    log.record(silent, { ...decision, verdict: 'allow', bytesUp: 5, bytesDown: 7 });
    log.record(silent, decision);
    log.record(silent, { ...decision, verdict: 'allow', host: 'a.wide.test' });
    log.record(silent, { ...decision, host: 'elsewhere.test' });
    expect(usage()).toMatchObject({
      allowed: 2,
      blocked: 2,
      routes: {
        'api.test': { hits: 1, blocked: 1, bytesUp: 5, bytesDown: 7, lastUse: expect.stringMatching(/^\d{4}-.*Z$/) },
        '*.wide.test': { hits: 1, blocked: 0 },
        'unused.test': { hits: 0, blocked: 0, lastUse: null },
      },
    });
    expect(readFileSync(join(folder, 'log.jsonl'), 'utf8')).toBe('');
  });
});
