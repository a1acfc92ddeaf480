import { expect, it } from 'vitest';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { english } from '../words.ts';
import { incidentKey, incidentSentence, untold } from './incidentText.ts';

const quiet: BottleSummary = {
  slug: 'fix-tests',
  agent: 'claude',
  backend: 'docker',
  state: 'running',
  startedAt: '2026-01-02T03:04:05Z',
  label: 'Fix tests',
  color: null,
  workspace: { mode: 'overlay', host: '/home/me/app', guest: '/workspace' },
  services: ['egress'],
  pendingProposals: 0,
  blocked: 1,
};
const incident = { at: '2026-01-02T03:05:00Z', canary: 'the variable BACKUP_STORE_TOKEN', host: 'evil.example', port: 443, method: 'POST', where: 'body' };
const closed: BottleSummary = { ...quiet, incident };

it('an incident is told once, and another bottle of the same name is another incident', () => {
  expect(untold([quiet], new Set())).toEqual([]);
  expect(untold([quiet, closed], new Set())).toEqual([closed]);
  expect(untold([closed], new Set([incidentKey(closed)]))).toEqual([]);
  expect(untold([{ ...closed, incident: { ...incident, at: 'later' } }], new Set([incidentKey(closed)]))).toHaveLength(1);
});

it('the sentence names bottle, bait and destination', () => {
  const [bottle] = untold([closed], new Set());
  expect(bottle && incidentSentence(bottle, english)).toBe('Fix tests (claude) tried to send bait that nothing should touch (the variable BACKUP_STORE_TOKEN) to evil.example. Nothing leaves this bottle any more.');
});
