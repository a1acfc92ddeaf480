import { describe, expect, it } from 'vitest';
import { parseFromPanel, parseToPanel } from './egressPanel.ts';

describe('messages of the egress panel', () => {
  it('accepts what the panel may ask', () => {
    const asked = [
      { type: 'ready' },
      { type: 'select', slug: 'demo' },
      { type: 'openDocument', filter: { verdict: 'found', text: 'host:api' } },
      { type: 'propose', id: 'ab12-7' },
    ];
    expect(asked.map(parseFromPanel)).toEqual(asked);
  });

  it('drops what carries more than a question', () => {
    expect(parseFromPanel({ type: 'select', slug: 'demo', content: 'rm -rf' })).toBeUndefined();
    expect(parseFromPanel({ type: 'apply', path: 'a' })).toBeUndefined();
    expect(parseFromPanel({ type: 'propose', id: 'ab12-7', route: { host: 'evil.example' } })).toBeUndefined();
    expect(parseFromPanel('ready')).toBeUndefined();
    expect(parseFromPanel({ type: 'openDocument', filter: { verdict: 'all', text: 'x'.repeat(501) } })).toBeUndefined();
  });

  it('drops a snapshot with a line that is none', () => {
    expect(parseToPanel({ type: 'snapshot', slug: 'demo', skipped: 0, missed: 0, lines: [{ verdict: 'maybe' }] })).toBeUndefined();
    expect(parseToPanel({ type: 'snapshot', slug: 'demo', skipped: 0, missed: 0, lines: [] })).toBeDefined();
  });
});
