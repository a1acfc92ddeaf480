import { describe, expect, it } from 'vitest';
import type { BottleSummary } from '../../../schemas/protocol/bottle.ts';
import { english } from '../words.ts';
import { bottleNode, detailNodes } from './bottleNodes.ts';

const bottle: BottleSummary = {
  slug: 'fix-tests',
  agent: 'claude',
  backend: 'docker',
  state: 'running',
  startedAt: '2026-01-02T03:04:05Z',
  label: 'Fix tests',
  color: 'blue',
  workspace: { mode: 'overlay', host: '/home/me/app', guest: '/workspace' },
  services: ['egress'],
  pendingProposals: 0,
  blocked: 3,
};

describe('the line of a bottle', () => {
  it('names label, agent, state and refusals', () => {
    expect(bottleNode(bottle, english)).toMatchObject({
      label: 'Fix tests',
      description: 'claude · running · 3 blocked',
      context: 'bottle.running',
      spoken: 'Fix tests (claude), running, 3 blocked',
    });
  });

  it('says the agent once when there is no label', () => {
    expect(bottleNode({ ...bottle, label: 'claude', blocked: 0 }, english)).toMatchObject({ label: 'claude', description: 'running', spoken: 'claude, running' });
  });

  it('tells an incident by words and icon', () => {
    const incident = { at: '', canary: 'the variable X', host: 'evil.example', port: 443, method: 'GET', where: 'path' };
    expect(bottleNode({ ...bottle, incident }, english)).toMatchObject({ description: 'claude · running · egress closed after an incident', icon: 'warning', spoken: 'Fix tests (claude), running, egress closed after an incident' });
  });

  it('says which bound ended it', () => {
    expect(bottleNode({ ...bottle, state: 'exited', endedBy: 'disk', blocked: 0 }, english).description).toBe('claude · ended for writing too much, changes wait');
  });

  it('tells an ended bottle by words, context and icon, not by colour', () => {
    const running = bottleNode(bottle, english);
    const ended = bottleNode({ ...bottle, state: 'exited' }, english);
    expect(ended.description).toContain('ended');
    expect(ended.context).toBe('bottle.exited');
    expect(ended.icon).not.toBe(running.icon);
  });
});

describe('the lines under a bottle', () => {
  it('lead to review and egress log', () => {
    expect(detailNodes(bottle, english).map((node) => node.command)).toEqual(['reviewChanges', 'showEgressLog', undefined, undefined]);
  });

  it('name the folder shortly, and in full where there is room', () => {
    expect(detailNodes(bottle, english).find((node) => node.kind === 'workspace')).toMatchObject({ label: 'app', tooltip: '/home/me/app, overlay of the folder' });
  });

  it('carry the slug, so that a command knows its bottle', () => {
    expect(detailNodes(bottle, english).every((node) => node.slug === 'fix-tests')).toBe(true);
  });
});
