// Lines of the checklist of behaviour that need files, by their number.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { skillFiles } from '../bottle/skills.ts';
import { BottleError } from '../errors.ts';
import { silentLog } from '../ports.ts';
import { describeIdentity } from './identity.ts';
import { indexAgents } from './index.ts';
import { legacyRefused } from './legacy.ts';
import { loadAgent } from './load.ts';
import { migrate } from './migration.ts';
import { namedPath, requireNamedFiles } from './namedFiles.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'checklist-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const home = (): string => join(root, 'home');
const workspace = (): string => join(root, 'ws');
const load = (name: string) => loadAgent({ home: home(), workspace: workspace(), name, log: silentLog });
const index = () => indexAgents(home(), workspace());
const manifest = (yaml: string, body = ''): string => `---\n${yaml}\n---\n${body}\n`;
const dev = { 'home/agents/dev.md': manifest('bottle: base'), 'home/bottles/base.md': manifest('env: {}') };

describe('what a home and a workspace offer', () => {
  test('F001 a bottle in a workspace is ignored, and a warning names it and says why', async () => {
    writeTree(root, { ...dev, 'ws/.bot-bottle/bottles/evil.md': manifest('env: {}'), 'ws/.bot-bottle/agents/wish.md': manifest('bottle: evil') });
    expect((await index()).warnings).toEqual([`${join(workspace(), '.bot-bottle/bottles')} (evil.md) is ignored: a workspace may ship agents, never bottles. Move a bottle you trust to your home folder.`]);
    await expect(load('wish')).rejects.toMatchObject({ code: 'manifest-missing', message: expect.stringContaining('There is no bottle "evil"; there are: base.') });
  });

  test('F002 an agent of the workspace never takes the place of one of the home folder, and a warning says so', async () => {
    writeTree(root, { ...dev, 'ws/.bot-bottle/agents/dev.md': manifest('bottle: base', 'Do harm.') });
    const { agent, origin, warnings } = await load('dev');
    expect({ prompt: agent.prompt, origin }).toEqual({ prompt: '', origin: 'home' });
    expect(warnings).toEqual([`${join(workspace(), '.bot-bottle/agents/dev.md')} is ignored: your home folder has an agent "dev" too, and that one counts.`]);
  });

  test('F007 names are listed, sorted, of home and workspace together; no manifest is opened', async () => {
    writeTree(root, { 'home/agents/z.md': 'broken', 'home/agents/b.md': 'broken', 'ws/.bot-bottle/agents/a.md': 'broken' });
    symlinkSync(join(root, 'nowhere'), join(home(), 'agents/c.md'));
    const read = join(home(), 'agents/b.md');
    utimesSync(read, new Date(0), new Date());
    const { agents, warnings } = await index();
    expect(agents.map((agent) => agent.name)).toEqual(['a', 'b', 'c', 'z']);
    expect(warnings).toEqual([]);
    expect(statSync(read).atimeMs).toBe(0);
  });

  test('F008 an odd file name is skipped with a warning; the others stay usable', async () => {
    writeTree(root, { ...dev, 'home/agents/Bad_Name.md': 'x', 'home/agents/notes.txt': 'x' });
    const { agents, warnings } = await index();
    expect(agents.map((agent) => agent.name)).toEqual(['dev']);
    expect(warnings).toEqual([expect.stringMatching(/Bad_Name\.md is skipped: a manifest's name is small letters/)]);
    expect((await load('dev')).name).toBe('dev');
  });

  test('F009 an agent and its chain are read; a broken bottle beside them does not matter', async () => {
    writeTree(root, { ...dev, 'home/bottles/base.md': manifest('extends: ground'), 'home/bottles/ground.md': manifest('env: {}'), 'home/bottles/broken.md': '---\n\t', 'home/agents/broken.md': '' });
    expect((await load('dev')).files.map((file) => file.path)).toEqual([join(home(), 'agents/dev.md'), join(home(), 'bottles/base.md'), join(home(), 'bottles/ground.md')]);
  });

  test('F010 an unknown agent is told with those that exist', async () => {
    writeTree(root, { ...dev, 'ws/.bot-bottle/agents/reviewer.md': 'x' });
    await expect(load('revewer')).rejects.toMatchObject({ code: 'manifest-missing', message: 'There is no agent "revewer"; there are: dev, reviewer. Did you mean reviewer?' });
  });

  test('F011 an unknown bottle is told with its path and those that exist, at the place that names it', async () => {
    writeTree(root, { ...dev, 'home/agents/dev.md': manifest('# mine\nbottle: bse') });
    const path = join(home(), 'bottles/bse.md');
    await expect(load('dev')).rejects.toMatchObject({ message: `${join(home(), 'agents/dev.md')}:3:9: bottle names a bottle that ${path} should hold. There is no bottle "bse"; there are: base. Did you mean base?` });
  });

  test('F013 a missing home is fatal for a launch and an empty list for those who only look', async () => {
    writeTree(root, { 'ws/.bot-bottle/agents/a.md': manifest('bottle: base') });
    await expect(load('a')).rejects.toMatchObject({ code: 'manifest-missing', message: `The home folder of manifests, ${home()}, is not there.`, hint: expect.stringContaining('bot-bottle init') });
    expect(await indexAgents(home(), undefined)).toEqual({ agents: [], warnings: [] });
  });

  test('F045 an unknown parent lists the bottles; a circle prints its chain', async () => {
    writeTree(root, { ...dev, 'home/bottles/base.md': manifest('extends: grund'), 'home/bottles/ground.md': manifest('extends: one'), 'home/bottles/one.md': manifest('extends: ground'), 'home/agents/round.md': manifest('bottle: one') });
    await expect(load('dev')).rejects.toMatchObject({ message: expect.stringMatching(/base\.md:2:10: extends names a bottle.*there are: base, ground, one\. Did you mean ground\?$/) });
    await expect(load('round')).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('extends makes a circle: one -> ground -> one.') });
  });

  test('F048 the agent\'s name counts, the bottle\'s address shows through, and each tells where it is from', async () => {
    writeTree(root, { 'home/agents/dev.md': manifest('bottle: base\ngit-gate:\n  user: {name: Ada}'), 'home/bottles/base.md': manifest('git-gate:\n  user: {name: Base, email: b@example.com}') });
    const { agent, bottle, identity } = await load('dev');
    expect(identity).toEqual({ name: 'Ada', email: 'b@example.com' });
    expect(describeIdentity(agent, bottle)).toBe('name=Ada (agent), email=b@example.com (bottle)');
  });
});

test('F081 what is missing is told together with what mends it', async () => {
  await expect(load('dev')).rejects.toMatchObject({ hint: 'Make it, with a first bottle, by: bot-bottle init', actions: [{ command: 'bot-bottle init' }] });
  writeTree(root, { 'bot-bottle.json': '{}' });
  await expect(load('dev')).rejects.toMatchObject({ hint: expect.stringContaining('bot-bottle init --migrate '), actions: [{ command: 'bot-bottle init --migrate' }] });
  writeTree(root, { ...dev, 'home/bottles/base.md': manifest('supervise: 1\nenvv: {}\negress: {log: 9}') });
  const told = await load('dev').catch((error: unknown) => error);
  const lines = told instanceof BottleError ? [told.message, ...told.hint.split('\n')] : [];
  expect(lines.map((line) => line.slice(line.lastIndexOf('/') + 1)).sort()).toEqual([
    'base.md:2:12: supervise must be true or false, found a number.',
    expect.stringMatching(/^base\.md:3:1: envv is not a known key\. Allowed here: extends, env, .* Did you mean env\?$/),
    'base.md:4:15: egress.log expected 0 (off), 1 (blocked) or 2 (all), found 9.',
  ]);
});

describe('files that a manifest names', () => {
  const required = async (): Promise<void> => {
    const { bottle, origins } = await load('dev');
    await requireNamedFiles(bottle, origins, join(root, 'user'));
  };

  test('F032 a private key that is not there stops a start, at the place that names it', async () => {
    writeTree(root, { ...dev, 'home/bottles/base.md': manifest('extends: ground'), 'home/bottles/ground.md': manifest('git-gate:\n  repos:\n    app:\n      url: git@h.example:a\n      key:\n        provider: static\n        path: ~/.ssh/k') });
    const message = `${join(home(), 'bottles/ground.md')}:7:9: git-gate.repos.app.key names the private key ${join(root, 'user/.ssh/k')}, which is not there.`;
    await expect(required()).rejects.toMatchObject({ code: 'manifest-invalid', message });
    writeTree(root, { 'user/.ssh/k': 'key' });
    await required();
  });

  test('F057 a skill that is not there stops a start and is named with its path', async () => {
    await expect(skillFiles(join(root, 'skills'), ['review'], '/home/agent/.claude/skills')).rejects.toMatchObject({ code: 'manifest-invalid', message: `The skill "review" is not a folder at ${join(root, 'skills/review')}.` });
  });

  test('F058 a Dockerfile that is not there stops a start, with bottle and path; the workspace cannot supply it', async () => {
    writeTree(root, { ...dev, 'home/bottles/base.md': manifest('agent_provider:\n  dockerfile: my.Dockerfile'), 'ws/my.Dockerfile': 'FROM evil' });
    const path = join(home(), 'bottles/my.Dockerfile');
    await expect(required()).rejects.toMatchObject({ message: `${join(home(), 'bottles/base.md')}:3:15: agent_provider.dockerfile names the Dockerfile ${path}, which is not there.` });
    mkdirSync(path);
    await expect(required()).rejects.toMatchObject({ message: expect.stringContaining('which is not a file') });
    rmSync(path, { recursive: true });
    writeFileSync(path, 'FROM x');
    await required();
  });

  test('a path is absolute, below the user\'s home, or beside the manifest', () => {
    expect(['/a/b', '~/c', 'd/e', '~x'].map((path) => namedPath(path, '/home/u/.bot-bottle/bottles/b.md', '/home/u'))).toEqual(['/a/b', '/home/u/c', '/home/u/.bot-bottle/bottles/d/e', '/home/u/.bot-bottle/bottles/~x']);
  });
});

describe('F012 an old bot-bottle.json', () => {
  test.each(['home/bot-bottle.json', 'bot-bottle.json', 'ws/bot-bottle.json'])('%s without manifests is refused, with the command that migrates it', async (place) => {
    writeTree(root, { [place]: '{}' });
    const file = join(root, place);
    await expect(load('dev')).rejects.toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining(`${file} is of an older version`), hint: `Turn it into such files with: bot-bottle init --migrate ${file}` });
    expect((await index()).warnings).toEqual([expect.stringContaining('bot-bottle init --migrate')]);
  });

  test('is of no interest once there are manifests', async () => {
    writeTree(root, { ...dev, 'bot-bottle.json': '{}', 'ws/bot-bottle.json': '{}' });
    expect((await load('dev')).warnings).toEqual([]);
  });

  test('becomes manifests that mean the same', async () => {
    const old = {
      bottles: { base: { runtime: 'docker', env: { A: 'yes', B: '${HOST}' }, egress: { routes: [{ host: 'a.example', matches: [{ methods: ['GET'] }] }] } } },
      agents: { dev: { bottle: 'base', skills: ['review'], prompt: 'Be kind.\n---\nAlways.' } },
    };
    const { files, notes } = migrate('old.json', JSON.stringify(old));
    expect(notes).toEqual([expect.stringContaining('bottles.base.runtime was left out')]);
    writeTree(root, Object.fromEntries(files.map(({ kind, name, text }) => [`home/${kind}/${name}.md`, text])));
    const { agent, bottle, routes } = await load('dev');
    expect(agent).toMatchObject({ bottle: 'base', skills: ['review'], prompt: 'Be kind.\n---\nAlways.' });
    expect([...bottle.env]).toEqual([['A', { kind: 'literal', value: 'yes' }], ['B', { kind: 'host', variable: 'HOST' }]]);
    expect(routes).toEqual([{ host: 'a.example', matches: [{ methods: ['GET'] }] }]);
  });

  test.each([
    ['{', 'is not JSON'],
    ['{"bottle": {}}', 'holds bottle: an old file has bottles and agents'],
    ['{"bottles": {"Bad": {}}}', 'must be the name of a manifest'],
    ['{"bottles": {"a": {"envv": {}}}}', 'bottles.a.envv is not a known key'],
    ['{"bottles": {"a": {"env": {"A": null}}}}', 'bottles.a.env'],
    ['{"agents": {"a": {"prompt": "x"}}}', 'agents.a.bottle is missing'],
    ['{"agents": {"a": {"bottle": "b", "prompt": 1}}}', 'agents.a.prompt must be text'],
  ])('%s is refused whole', (text, words) => {
    expect(() => migrate('old.json', text)).toThrow(words);
  });

  test('the refusal carries the migration as a command', () => {
    expect(legacyRefused('/x/bot-bottle.json').actions).toEqual([{ title: 'Migrate', command: 'bot-bottle init --migrate', args: ['/x/bot-bottle.json'] }]);
    expect(existsSync('/x')).toBe(false);
  });
});
