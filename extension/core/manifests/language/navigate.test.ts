import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { caret, edited, front, languageWorld, type LanguageWorld } from '../../../../test/support/manifests/language.ts';
import type { ManifestSymbol } from './symbols.ts';

let world: LanguageWorld;
beforeEach(() => {
  world = languageWorld({ variables: ['TOKEN'] });
});
afterEach(() => world.remove());

const hover = async (path: string, text: string): Promise<string> => {
  const of = world.manifest(path, text);
  return (await world.language.hover(of, of.offset))?.markdown.join('\n') ?? '';
};

describe('a hover', () => {
  const parents = {
    'home/bottles/base.md': front('egress:\n  log: 1\n  routes:\n    - host: a.example\nenv: {A: base}\nsupervise: false'),
    'home/bottles/dev.md': front('extends: base\negress:\n  routes:\n    - host: b.example\nenv: {B: dev}'),
  };

  test('documents a key, with its kind and default', async () => {
    expect(await hover('home/bottles/a.md', front(`supervi${caret}se: true`))).toMatch(/\*\*`supervise`\*\* true \| false[^]*ask a person[^]*Default: `true`[^]*supervise: false/);
    expect(await hover('home/bottles/a.md', front(`egress:\n  routes:\n    - ho${caret}st: a.example`))).toMatch(/\*\*`host`\*\*[^]+/);
  });

  test('tells the effective value and the file it comes from', async () => {
    world.write(parents);
    expect(await hover('home/bottles/dev.md', `${front(`extends: base\negr${caret}ess:\n  log: 2\n  routes:\n    - host: b.example`)}`)).toMatch(/Effective: `routes`, `log` \(from base\.md:5, this file\)/);
    expect(await hover('home/bottles/dev.md', front(`extends: base\negress:\n  rou${caret}tes:\n    - host: b.example`))).toMatch(/Effective: `a\.example`, `b\.example` \(from base\.md:5, this file\)/);
    expect(await hover('home/bottles/dev.md', front(`extends: base\negress: {l${caret}og: 0}`))).toMatch(/Effective: `0` \(from this file\)/);
    expect(await hover('home/bottles/dev.md', front(`extends: base\nenv:\n  A: mine\n  ${caret}B: x`))).toMatch(/Effective: `x` \(from this file\)/);
  });

  test('on the name of a bottle tells what it comes to', async () => {
    world.write(parents);
    expect(await hover('home/agents/a.md', front(`bottle: de${caret}v`))).toMatch(/Bottle `dev` extends `base`, provider `claude`\.[^]*`a\.example`, `b\.example`/);
  });

  test('shows a value as text, whatever it is made of', async () => {
    const shown = await hover('home/bottles/dev.md', front(`env:\n  ${caret}A: "\`![x](https://a.example/x.png)\`"`));
    expect(shown).toContain("Effective: ` ![x](https://a.example/x.png) ` (from this file)");
  });

  test('does not exist in the text below', async () => {
    expect(await hover('home/agents/a.md', front('bottle: dev', `text ${caret}`))).toBe('');
  });
});

describe('a definition', () => {
  const target = async (path: string, text: string): Promise<string | undefined> => {
    const of = world.manifest(path, text);
    return (await world.language.definition(of, of.offset))?.path.slice(world.root.length + 1);
  };

  test('leads to bottle, parent, skill and recipe', async () => {
    world.write({ 'home/bottles/base.md': '', 'person/.claude/skills/review/SKILL.md': '', 'person/Dockerfile': '', 'ws/images/Dockerfile': '' });
    expect(await target('home/agents/a.md', front(`bottle: ba${caret}se`))).toBe('home/bottles/base.md');
    expect(await target('home/bottles/a.md', front(`extends: "base${caret}"`))).toBe('home/bottles/base.md');
    expect(await target('home/agents/a.md', front(`skills:\n  - ${caret}review`))).toBe('person/.claude/skills/review/SKILL.md');
    expect(await target('home/bottles/a.md', front(`agent_provider: {dockerfile: ~/Docker${caret}file}`))).toBe('person/Dockerfile');
    expect(await target('home/bottles/a.md', front(`agent_provider: {dockerfile: images/Docker${caret}file}`))).toBe('ws/images/Dockerfile');
  });

  test('of what does not exist, and of a name that climbs out, leads nowhere', async () => {
    world.write({ 'home/agents/x.md': '', 'home/bottles/base.md': '' });
    expect(await target('home/agents/a.md', front(`bottle: no${caret}ne`))).toBeUndefined();
    expect(await target('home/agents/a.md', front(`bottle: ../agents/${caret}x`))).toBeUndefined();
    expect(await target('home/agents/a.md', front(`bot${caret}tle: none`))).toBeUndefined();
  });
});

describe('a rename', () => {
  async function rename(path: string, text: string, to: string) {
    const of = world.manifest(path, text);
    const target = await world.language.renamable(of, of.offset);
    return 'refusal' in target ? target : world.language.rename(target, to);
  }

  test('of a bottle changes its file and every mention, and keeps comments, quotes and order', async () => {
    const files = {
      'home/bottles/base.md': front('supervise: true'),
      'home/bottles/child.md': front('# why\nextends: \'base\' # the parent\nenv: {base: base}'),
      'home/agents/a.md': front('skills: []\nbottle: base # here', 'base'),
      'home/agents/other.md': front('bottle: child'),
      'home/agents/broken.md': '---\nbottle: base\nskills: [',
      'ws/.bot-bottle/agents/w.md': front('bottle: "base"'),
      'ws/.bot-bottle/recommended-bottles/r.md': front('extends: base'),
    };
    world.write(files);
    const made = await rename('home/agents/a.md', front(`skills: []\nbottle: ba${caret}se # here`, 'base'), 'root');
    if ('refusal' in made) throw new Error(made.refusal);
    expect(made.file).toEqual({ from: join(world.home, 'bottles/base.md'), to: join(world.home, 'bottles/root.md') });
    const after = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, edited(text, made.edits.filter((edit) => edit.path === join(world.root, path)))]));
    expect(after).toEqual({
      ...files,
      'home/bottles/child.md': front('# why\nextends: \'root\' # the parent\nenv: {base: base}'),
      'home/agents/a.md': front('skills: []\nbottle: root # here', 'base'),
      'home/agents/broken.md': '---\nbottle: root\nskills: [',
      'ws/.bot-bottle/agents/w.md': front('bottle: "root"'),
      'ws/.bot-bottle/recommended-bottles/r.md': front('extends: root'),
    });
  });

  test('on the first line is one of the manifest itself', async () => {
    world.write({ 'home/bottles/base.md': front('supervise: true'), 'home/agents/a.md': front('bottle: base') });
    expect(await rename('home/bottles/base.md', `${caret}${front('supervise: true')}`, 'root')).toMatchObject({ edits: [{ text: 'root' }], file: { to: join(world.home, 'bottles/root.md') } });
    expect(await rename('home/agents/a.md', `-${caret}${front('bottle: base').slice(1)}`, 'b')).toMatchObject({ edits: [], file: { to: join(world.home, 'agents/b.md') } });
  });

  test('is refused for a name that is taken or no name, and where nothing can be renamed', async () => {
    world.write({ 'home/bottles/base.md': '', 'home/bottles/taken.md': '' });
    const at = front(`bottle: ba${caret}se`);
    expect(await rename('home/agents/a.md', at, 'taken')).toEqual({ refusal: 'There is a bottle "taken" already.' });
    expect(await rename('home/agents/a.md', at, '../x')).toMatchObject({ refusal: expect.stringContaining('small letters') });
    expect(await rename('home/agents/a.md', front(`bottle: no${caret}ne`), 'x')).toMatchObject({ refusal: expect.stringContaining('no bottle "none"') });
    expect(await rename('home/agents/a.md', front(`bottle: base\nski${caret}lls: []`), 'x')).toMatchObject({ refusal: expect.stringContaining('Only a bottle') });
  });
});

test('the outline has the keys, routes by their host, the prompt, and no value of a variable', () => {
  const of = world.manifest('home/agents/a.md', front('bottle: dev\nskills: [review]', '\nBe kind.\n'));
  const names = (symbols: readonly ManifestSymbol[]): readonly unknown[] => symbols.map((one) => (one.children.length === 0 ? one.name : [one.name, names(one.children)]));
  expect(names(world.language.symbols(of))).toEqual(['bottle', ['skills', ['review']], 'prompt']);
  const bottle = world.manifest('home/bottles/a.md', front('env:\n  A: secret\negress:\n  log: 1\n  routes:\n    - host: a.example\n      git: {fetch: true}\n    - auth: {scheme: token, token_ref: T}\n      host: b.example'));
  const outline = world.language.symbols(bottle);
  expect(names(outline)).toEqual([['env', ['A']], ['egress', ['log', ['routes', [['a.example', ['host', ['git', ['fetch']]]], ['b.example', [['auth', ['scheme', 'token_ref']], 'host']]]]]]]);
  expect(JSON.stringify(outline)).not.toContain('secret');
  const inside = (symbols: readonly ManifestSymbol[]): boolean => symbols.every((one) => one.range.start <= one.selection.start && one.selection.end <= one.range.end && inside(one.children));
  expect(inside(outline)).toBe(true);
});

test('above an agent is what can be done with it, above a route how it was used', async () => {
  world.write({
    'home/usage/dev.json': JSON.stringify({
      version: 1, sessions: 3, added: [],
      routes: { 'a.example': { hits: 7, blocked: 1, bytesUp: 1, bytesDown: 1, lastUse: '2026-01-02T03:04:05.000Z', firstSession: 1, lastSession: 3 }, 'b.example:8443': { hits: 0, blocked: 0, bytesUp: 0, bytesDown: 0, lastUse: null, firstSession: 1, lastSession: null } },
    }),
  });
  const agent = world.manifest('home/agents/a.md', front('bottle: dev'));
  expect((await world.language.lenses(agent)).map((one) => one.does)).toEqual(['start', 'dry-run', 'effective']);
  const bottle = world.manifest('home/bottles/dev.md', front('egress:\n  routes:\n    - host: A.example:443\n    - {host: b.example:8443}\n    - host: new.example'));
  const lenses = await world.language.lenses(bottle);
  expect(lenses.map((one) => (one.does === 'use' ? [bottle.text.slice(one.range.start, one.range.end), one.sessions, one.use?.hits, one.use?.unusedSessions] : one.does))).toEqual([
    'effective', ['host', 3, 7, 0], ['host', 3, 0, 3], ['host', 3, undefined, undefined],
  ]);
});

describe('the effective manifest', () => {
  test('has every value in the end and the file that gave it, and no literal key', async () => {
    world.write({
      'home/bottles/base.md': front('egress:\n  log: 1\n  routes:\n    - host: a.example\nenv: {A: "${TOKEN}", B: base}\nagent_provider:\n  template: pi\n  settings: {api_key: hush}'),
      'home/bottles/dev.md': front('extends: base\nenv: {B: dev}\negress:\n  routes:\n    - host: b.example'),
      'home/agents/a.md': front('bottle: dev', 'Be kind.'),
    });
    const text = await world.language.effective(world.manifest('home/agents/a.md').place);
    expect(text).toMatch(/bottle: dev[^]*prompt: Be kind\.[^]*# Chain: dev -> base\./);
    expect(text).toMatch(/A: \$\{TOKEN\} # base\.md:6\n {2}B: dev # dev\.md:3/);
    expect(text).toMatch(/# base\.md:5\n *- host: a\.example|- host: a\.example/);
    expect(text).toMatch(/log: 1 # base\.md:3/);
    expect(text).toMatch(/supervise: true\n/);
    expect(text).not.toContain('hush');
  });

  test('of a bottle is itself a bottle that comes to the same', async () => {
    const yaml = 'env: {A: "${TOKEN}", B: "?Ask", C: "??", D: "$${x}"}\nagent_provider: {template: shell}\ngit-gate:\n  user: {name: Ada}\n  repos:\n    app:\n      url: git@example.com:a/b\n      key: {provider: static, path: ~/k}\negress:\n  log: 1\n  routes:\n    - host: a.example\n      matches:\n        - paths:\n            - value: /x\n          methods: [get]\n    - host: b.example\n      dlp: {outbound_detectors: false}\nsupervise: false\nworkspace:\n  mode: copy\n  exclude: [x]\n  git_ignored: hide\nresources: {cpus: "1.5", memory: 1536MiB, session_time: 90m, pids: 100}';
    world.write({ 'home/bottles/one.md': front(yaml) });
    const once = await world.language.effective(world.manifest('home/bottles/one.md').place);
    world.write({ 'home/bottles/two.md': front(once) });
    const twice = await world.language.effective(world.manifest('home/bottles/two.md').place);
    const data = (text: string): unknown => parse(text);
    expect(data(twice)).toEqual(data(once));
    expect(data(once)).toMatchObject({ env: { C: '??', D: '$${x}' }, resources: { cpus: '1.5', memory: '1536MiB', session_time: '90m', pids: 100 }, workspace: { mode: 'copy', git_ignored: 'hide', secret_files: 'hide_ignored' } });
    expect(once).toMatch(/memory: 1536MiB # one\.md:25/);
  });

  test('of a manifest that cannot start says why instead', async () => {
    world.write({ 'home/bottles/dev.md': front('extends: none') });
    expect(await world.language.effective(world.manifest('home/bottles/dev.md').place)).toMatch(/cannot be started:\n# {3}There is no bottle "none"/);
    expect(await world.language.effective(world.manifest('home/bottles/x.md', 'text').place)).toMatch(/cannot be started:\n# {3}.*does not start with/);
  });
});
