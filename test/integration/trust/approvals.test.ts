import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTrustWorld, type TrustWorld } from './service.ts';

const agentFile = 'ws/.bot-bottle/agents/helper.md';
const bottleFile = 'home/bottles/dev.md';
const agent = (words: string): string => `---\nbottle: dev\n---\n${words}\n`;
const bottle = (more = ''): string => `---\nagent_provider: {template: shell}\n${more}---\n`;

let world: TrustWorld;
beforeEach(() => {
  world = openTrustWorld({ [agentFile]: agent('Be kind.'), [bottleFile]: bottle(), 'home/agents/mine.md': agent('Mine.') });
});
afterEach(() => world.close());

const refused = { code: 'refused' };
/** The only approval on file. */
function approval(): string {
  const folder = join(world.home, 'approvals');
  return join(folder, readdirSync(folder)[0] ?? '');
}

describe('an agent of the workspace', () => {
  test('is shown whole the first time, with what it could reach, and does not start before somebody agreed', async () => {
    const plan = await world.plan();
    expect(plan.shown.consent.required).toBe(true);
    expect(plan.shown.consent.reasons).toEqual([
      expect.stringContaining(join(world.workspace, '.bot-bottle/agents/helper.md')),
      'You have not agreed to it so far.',
      expect.stringMatching(/^In the bottle "dev" it could run shell; reach no host of its own/),
    ]);
    expect(plan.review).toMatchObject({ approved: null, present: expect.stringContaining('Be kind.') });
    await expect(world.start(plan)).rejects.toMatchObject(refused);
    expect(existsSync(join(world.home, 'state'))).toBe(false);
  });

  test('that was agreed to starts now and the next time without a question', async () => {
    await world.agree();
    const again = await world.plan();
    expect(again.shown.consent).toEqual({ required: false, reasons: [] });
    expect(again.review).toBeNull();
    await world.start(again);
  });

  test('is asked for again when its text changes, against the text that was agreed to', async () => {
    await world.agree();
    world.write({ [agentFile]: agent('Be cruel.') });
    const plan = await world.plan();
    expect(plan.shown.consent.reasons).toContain('Its text has changed since you agreed to it.');
    expect(plan.review?.approved).toContain('Be kind.');
    expect(plan.review?.present).toContain('Be cruel.');
    await expect(world.start(plan)).rejects.toMatchObject(refused);
  });

  test('is asked for again when its bottle reaches more, with both reaches in the documents', async () => {
    await world.agree();
    world.write({ [bottleFile]: bottle('egress:\n  routes:\n    - host: new.example\n') });
    const plan = await world.plan();
    expect(plan.shown.consent.reasons).toContain('Its bottle "dev" lets it reach something else than when you agreed to it.');
    expect(plan.review?.approved).toContain('- reach no host of its own');
    expect(plan.review?.present).toContain('- reach new.example');
    await expect(world.start(plan)).rejects.toMatchObject(refused);
    await world.agree();
  });

  test('is not asked for again when the bottle only changes words, log level or fixed values', async () => {
    world.write({ [bottleFile]: bottle('env: {A: one}\n') });
    await world.agree();
    world.write({ [bottleFile]: `${bottle('env: {A: two}\negress: {log: 1}\n# a comment\n')}Other words.\n` });
    expect((await world.plan()).shown.consent.required).toBe(false);
  });

  test('that goes back to what was agreed to needs no new yes', async () => {
    await world.agree();
    world.write({ [agentFile]: agent('Be cruel.') });
    expect((await world.plan()).shown.consent.required).toBe(true);
    world.write({ [agentFile]: agent('Be kind.') });
    expect((await world.plan()).shown.consent.required).toBe(false);
  });

  test('of another folder, or of another name, is another request', async () => {
    await world.agree();
    world.write({ 'ws/.bot-bottle/agents/twin.md': agent('Be kind.') });
    expect((await world.plan('twin')).shown.consent.required).toBe(true);
    renameSync(world.workspace, `${world.workspace}-moved`);
    const moved = await world.bottles.plan({ agent: 'helper', workspace: `${world.workspace}-moved`, backend: 'fake' }, new AbortController().signal);
    expect(moved.shown.consent.required).toBe(true);
  });
});

test('an agent of the home folder needs no approval and leaves none', async () => {
  const plan = await world.plan('mine');
  expect(plan.shown.consent).toEqual({ required: false, reasons: [] });
  await world.bottles.approve(plan);
  await world.start(plan);
  expect(existsSync(join(world.home, 'approvals'))).toBe(false);
});

describe('between the yes and the start', () => {
  test('a changed agent is refused: nothing starts that was not shown', async () => {
    const plan = await world.plan();
    await world.bottles.approve(plan);
    world.write({ [agentFile]: agent('Be cruel.') });
    await expect(world.start(plan)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('changed after it was shown') });
    expect((await world.plan()).review?.approved).toContain('Be kind.');
  });

  test('a changed bottle is refused', async () => {
    const plan = await world.plan();
    await world.bottles.approve(plan);
    world.write({ [bottleFile]: bottle('env: {A: "${SECRET}"}\n') });
    await expect(world.start(plan)).rejects.toMatchObject(refused);
  });

  test('an agent of the home folder that takes the name is refused', async () => {
    const plan = await world.plan();
    await world.bottles.approve(plan);
    world.write({ 'home/agents/helper.md': agent('Mine.') });
    await expect(world.start(plan)).rejects.toMatchObject(refused);
  });

  test('the text is the one that was shown, whatever the file said while the person read', async () => {
    const shown = await world.plan();
    world.write({ [agentFile]: agent('Be cruel.') });
    await world.bottles.approve(shown);
    await expect(world.start(await world.plan())).rejects.toMatchObject(refused);
    expect(JSON.parse(readFileSync(approval(), 'utf8'))).toMatchObject({ text: agent('Be kind.') });
  });
});

describe('the approval on file', () => {
  beforeEach(() => world.agree());

  test('lies outside the workspace, for its owner alone, and holds no more than the person saw', () => {
    expect(statSync(approval()).mode & 0o777).toBe(0o600);
    expect(statSync(join(world.home, 'approvals')).mode & 0o777).toBe(0o700);
    expect(Object.keys(JSON.parse(readFileSync(approval(), 'utf8'))).sort()).toEqual(['agent', 'approvedAt', 'reach', 'reachSha256', 'sha256', 'text', 'version', 'workspace']);
    expect(readdirSync(join(world.home, 'approvals'))).toHaveLength(1);
  });

  const rewritten = (change: (text: string) => string): void => writeFileSync(approval(), change(readFileSync(approval(), 'utf8')));
  test.each<[string, (path: string) => void]>([
    ['cut in the middle', () => rewritten((text) => text.slice(0, text.length / 2))],
    ['whose text was exchanged', () => rewritten((text) => text.replace('Be kind.', 'Be cruel.'))],
    ['with a key that is not known', () => rewritten((text) => text.replace('"version"', '"all": true, "version"'))],
    ['about another folder', () => rewritten((text) => text.replace(world.workspace, '/elsewhere'))],
    ['that others can write', (path) => chmodSync(path, 0o666)],
    ['that is a link', (path) => {
      const real = join(world.workspace, 'approval.json');
      renameSync(path, real);
      symlinkSync(real, path);
    }],
    ['that is a folder', (path) => {
      rmSync(path);
      mkdirSync(path);
    }],
  ])('%s does not count, and the person is told why', async (_how, tamper) => {
    const before = await world.plan();
    expect(before.shown.consent.required).toBe(false);
    tamper(approval());
    const plan = await world.plan();
    expect(plan.shown.consent.required).toBe(true);
    expect(plan.shown.consent.reasons.join(' ')).toContain('so it does not count');
    expect(plan.review?.approved).toBeNull();
    await expect(world.start(before)).rejects.toMatchObject(refused);
  });

  test('that is gone is asked for anew', async () => {
    rmSync(approval());
    expect((await world.plan()).shown.consent.reasons).toContain('You have not agreed to it so far.');
  });
});

test('bottles in the workspace are ignored, and the plan says why', async () => {
  world.write({ 'ws/.bot-bottle/bottles/dev.md': bottle('egress:\n  routes:\n    - host: evil.example\n') });
  const plan = await world.plan();
  expect(plan.shown.egress.routes).toEqual([]);
  expect(plan.shown.consent.reasons.join(' ')).toMatch(/bottles \(dev\.md\) is ignored: a workspace may ship agents, never bottles/);
});
