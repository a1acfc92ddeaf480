import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTrustWorld, type TrustWorld } from './service.ts';

const offered = '---\nagent_provider: {template: shell}\negress:\n  routes:\n    - host: registry.example\n---\nOffered.\n';
const own = '---\nagent_provider: {template: shell}\n---\nOwn.\n';

let world: TrustWorld;
beforeEach(() => {
  world = openTrustWorld({
    'ws/.bot-bottle/agents/helper.md': '---\nbottle: dev\n---\n',
    'ws/.bot-bottle/agents/broken.md': 'no frontmatter',
    'ws/.bot-bottle/recommended-bottles/dev.md': offered,
    'ws/.bot-bottle/recommended-bottles/child.md': '---\nextends: base\n---\n',
    'ws/.bot-bottle/bottles/sneaky.md': offered,
    'home/agents/mine.md': '---\nbottle: dev\n---\n',
  });
});
afterEach(() => world.close());

const homeBottle = (name: string): string => join(world.home, 'bottles', `${name}.md`);
const look = () => world.bottles.recommendations(world.workspace);

describe('what a workspace offers', () => {
  test('is its agents, the bottles it proposes with their reach, and why the rest is ignored', async () => {
    const { agents, bottles, warnings } = await look();
    expect(agents.map(({ name, bottle }) => [name, bottle])).toEqual([['broken', null], ['helper', 'dev']]);
    expect(bottles).toMatchObject([
      { name: 'child', state: 'absent', problem: expect.stringContaining('There is no bottle "base"') },
      { name: 'dev', state: 'absent', present: null, problem: null, reach: ['run shell', 'reach registry.example'] },
    ]);
    expect(warnings).toEqual([expect.stringMatching(/sneaky\.md.*is ignored: a workspace may ship agents, never bottles/)]);
  });

  test('is never used from there: an agent of the home folder does not see it', async () => {
    await expect(world.plan('mine')).rejects.toMatchObject({ code: 'manifest-missing' });
    expect(existsSync(homeBottle('dev'))).toBe(false);
  });

  test('is pointed to when an agent of the workspace names a bottle that is only recommended', async () => {
    await expect(world.plan()).rejects.toMatchObject({
      code: 'manifest-missing',
      hint: expect.stringContaining('init --adopt dev'),
      actions: [{ title: 'Review Recommended Bottle', command: 'botBottle.adoptBottle' }],
    });
    rmSync(join(world.workspace, '.bot-bottle/recommended-bottles/dev.md'));
    await expect(world.plan()).rejects.toMatchObject({ code: 'manifest-missing', actions: [] });
  });

  test('has one mark until something of it changes', async () => {
    const first = (await look()).sha256;
    expect((await look()).sha256).toBe(first);
    world.write({ 'ws/.bot-bottle/recommended-bottles/dev.md': offered.replace('registry', 'other') });
    expect((await look()).sha256).not.toBe(first);
  });

  test('is compared with the home folder', async () => {
    world.write({ 'home/bottles/dev.md': own });
    expect((await look()).bottles[1]).toMatchObject({ state: 'different', present: own });
    world.write({ 'home/bottles/dev.md': offered });
    expect((await look()).bottles[1]).toMatchObject({ state: 'same' });
  });

  test('may not be a link out of the workspace', async () => {
    world.write({ 'elsewhere.md': offered });
    rmSync(join(world.workspace, '.bot-bottle/recommended-bottles/dev.md'));
    symlinkSync(join(world.workspace, '../elsewhere.md'), join(world.workspace, '.bot-bottle/recommended-bottles/dev.md'));
    expect((await look()).bottles[1]).toMatchObject({ text: '', problem: expect.stringContaining('leaves') });
  });
});

test('a folder without any of it offers nothing', async () => {
  rmSync(join(world.workspace, '.bot-bottle'), { recursive: true });
  expect(await look()).toMatchObject({ agents: [], bottles: [], warnings: [] });
});

test('the home folder itself recommends nothing to itself', async () => {
  renameSync(join(world.workspace, '.bot-bottle'), join(world.home, 'kept'));
  symlinkSync(world.home, join(world.workspace, '.bot-bottle'));
  world.write({ 'home/bottles/dev.md': own, 'home/agents/helper.md': '---\nbottle: dev\n---\n' });
  expect(await look()).toMatchObject({ agents: [], bottles: [], warnings: [] });
});

describe('adopting', () => {
  test('writes the reviewed text, for its owner alone, and the agent can be planned', async () => {
    const edited = offered.replace('registry.example', 'edited.example');
    expect(await world.bottles.adopt({ name: 'dev', text: edited, seen: null })).toBe(homeBottle('dev'));
    expect(readFileSync(homeBottle('dev'), 'utf8')).toBe(edited);
    expect(statSync(homeBottle('dev')).mode & 0o777).toBe(0o600);
    expect((await world.plan()).shown.egress.routes).toEqual([{ host: 'edited.example', credential: null }]);
  });

  test('works on a machine that has no home folder yet', async () => {
    rmSync(world.home, { recursive: true });
    await world.bottles.adopt({ name: 'dev', text: offered, seen: null });
    expect(readFileSync(homeBottle('dev'), 'utf8')).toBe(offered);
  });

  test('never writes over a bottle that was not compared with', async () => {
    world.write({ 'home/bottles/dev.md': own });
    await expect(world.bottles.adopt({ name: 'dev', text: offered, seen: null })).rejects.toMatchObject({ code: 'conflict' });
    await expect(world.bottles.adopt({ name: 'dev', text: offered, seen: 'an older one' })).rejects.toMatchObject({ code: 'conflict' });
    expect(readFileSync(homeBottle('dev'), 'utf8')).toBe(own);
    await world.bottles.adopt({ name: 'dev', text: offered, seen: own });
    expect(readFileSync(homeBottle('dev'), 'utf8')).toBe(offered);
  });

  test('refuses a text with a mistake, and a name that leads elsewhere', async () => {
    await expect(world.bottles.adopt({ name: 'dev', text: '---\nenvv: {}\n---\n', seen: null })).rejects.toMatchObject({ code: 'manifest-invalid' });
    await expect(world.bottles.adopt({ name: '../agents/dev', text: offered, seen: null })).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(homeBottle('dev'))).toBe(false);
  });

  test('keeps a link inside the home folder a link', async () => {
    world.write({ 'home/bottles/dev.md': own });
    mkdirSync(join(world.home, 'kept'));
    renameSync(homeBottle('dev'), join(world.home, 'kept/dev.md'));
    symlinkSync('../kept/dev.md', homeBottle('dev'));
    await world.bottles.adopt({ name: 'dev', text: offered, seen: own });
    expect(readFileSync(join(world.home, 'kept/dev.md'), 'utf8')).toBe(offered);
  });
});
