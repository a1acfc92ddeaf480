import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../schemas/protocol/bottle.ts';
import { english } from '../words.ts';
import { preflight } from './preflight.ts';

const plan: Plan = {
  agent: 'claude', bottle: 'claude', provider: 'claude', backend: 'docker', image: 'bot-bottle-claude:1', label: 'Fix', color: null,
  workspace: { mode: 'copy', host: '/home/me/app', guest: '/workspace', reason: 'The engine is remote.', hidden: ['.env', 'a.pem', 'b.pem', 'c.key'] },
  env: { literals: ['FOO'], forwarded: ['TOKEN'], asked: [] },
  skills: [],
  git: { identity: { name: 'Me', email: null }, remotes: [] },
  egress: { routes: [{ host: 'api.anthropic.com', credential: 'CLAUDE' }, { host: 'registry.npmjs.org', credential: null }, { host: 'b.example', credential: 'CLAUDE' }], log: 1 },
  supervise: false,
  owner: { uid: 1000, gid: 1000 },
  limits: {},
  consent: { required: false, reasons: [] },
};
const text = (of: Plan) => preflight(of, english).flatMap((section) => section.lines.map((line) => `${line.label} | ${line.description}`));

describe('what a person sees before a start', () => {
  it('names every host and the credential used for it', () => {
    expect(text(plan)).toContain('api.anthropic.com | with CLAUDE, put in outside the bottle');
    expect(text(plan)).toContain('registry.npmjs.org | ');
  });

  it('says so when the bottle reaches nothing', () => {
    expect(text({ ...plan, egress: { routes: [], log: 1 } })).toContain('Nothing on the network | no route is allowed');
  });

  it('says that secret files are hidden and why it is a copy', () => {
    expect(text(plan)).toContain('4 secret files are hidden | .env, a.pem, b.pem and 1 more');
    expect(text(plan).join()).toContain('The engine is remote.');
  });

  it('puts what needs consent first', () => {
    const [first] = preflight({ ...plan, consent: { required: true, reasons: ['This manifest is new.'] } }, english);
    expect(first?.lines[0]?.label).toBe('This manifest is new.');
  });

  it('shows a long reason to its end, over several lines', () => {
    const reason = `The agent comes from the workspace (/home/me/${'deep/'.repeat(20)}agent.md), not from your home folder.`;
    const [first] = preflight({ ...plan, consent: { required: true, reasons: [reason] } }, english);
    const lines = first?.lines.map((line) => line.label) ?? [];
    expect(lines.join('').replaceAll(' ', '')).toBe(reason.replaceAll(' ', ''));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('never shows an empty section', () => {
    expect(preflight(plan, english).every((section) => section.lines.length > 0)).toBe(true);
  });
});
