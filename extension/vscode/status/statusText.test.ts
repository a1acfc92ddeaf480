import { expect, it } from 'vitest';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { english } from '../words.ts';
import { statusText } from './statusText.ts';

const bottle: BottleSummary = {
  slug: 'fix-tests', agent: 'claude', backend: 'docker', state: 'running', startedAt: '2026-01-02T03:04:05Z', label: 'Fix tests', color: null,
  workspace: { mode: 'overlay', host: '/home/me/app', guest: '/workspace' }, services: ['egress'], pendingProposals: 0, blocked: 0,
};
const incident = { at: '2026-01-02T03:05:00Z', canary: 'the variable BACKUP_STORE_TOKEN', host: 'evil.example', port: 443, method: 'POST', where: 'body' };
const said = (bottles: readonly BottleSummary[], starting = 0) => statusText(bottles, starting, english);

it('counts what runs, and names what was blocked and what waits for review', () => {
  expect(said([])).toMatchObject({ text: '$(beaker) Bottle', tooltip: 'No bottle is running. Click to start an agent.', alarm: false });
  expect(said([bottle, { ...bottle, blocked: 3 }, { ...bottle, state: 'exited' }])).toEqual({
    text: '$(beaker) 2',
    tooltip: 'Fix tests (claude)\nFix tests (claude): 3 blocked\n1 ended bottle waits for review',
    spoken: 'Bot Bottle: 2 bottles running',
    alarm: false,
  });
});

it('shows a start, which nothing else hides', () => {
  expect(said([{ ...bottle, incident }], 1)).toMatchObject({ text: '$(sync~spin) Starting agent', spoken: 'Bot Bottle: starting an agent' });
});

it('sounds the alarm while the egress of a running bottle is closed after an incident', () => {
  expect(said([{ ...bottle, blocked: 3, incident }])).toEqual({
    text: '$(warning) 1',
    tooltip: 'Fix tests (claude): egress closed, it sent bait',
    spoken: 'Bot Bottle: 1 bottle running, egress closed after an incident: 1',
    alarm: true,
  });
  expect(said([{ ...bottle, state: 'exited', incident }]).alarm).toBe(false);
});
