import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { front, languageWorld, type LanguageWorld } from '../../../../test/support/manifests/language.ts';

let world: LanguageWorld;
beforeEach(() => {
  world = languageWorld({ variables: ['TOKEN'] });
});
afterEach(() => world.remove());

/** Each finding as `severity "what it underlines" message`. */
const findings = async (path: string, text?: string): Promise<readonly string[]> => {
  const of = world.manifest(path, text);
  return (await world.language.diagnose(of)).map(({ severity, range, message }) => `${severity} ${JSON.stringify(of.text.slice(range.start, range.end))} ${message}`);
};

test('a manifest that starts has no finding', async () => {
  world.write({
    'home/bottles/base.md': front('agent_provider: {template: shell, auth_token: TOKEN}\nenv: {A: "${TOKEN}", B: "?Ask", C: text}'),
    'home/bottles/dev.md': front('extends: base # a comment\negress:\n  routes:\n    - host: a.example'),
    'home/agents/dev.md': front('bottle: dev\nskills: [review]', 'Be kind.'),
    'person/.claude/skills/review/SKILL.md': 'x',
  });
  for (const path of ['home/bottles/base.md', 'home/bottles/dev.md', 'home/agents/dev.md']) expect(await findings(path), path).toEqual([]);
});

test('an unknown key is underlined as a key, and the nearest one is named', async () => {
  expect(await findings('home/bottles/a.md', front('egress:\n  routs: []'))).toEqual([expect.stringMatching(/^error "routs" egress\.routs is not a known key.*Did you mean routes\?$/)]);
});

test('a value of the wrong kind is underlined as a value, also with Windows line ends', async () => {
  expect(await findings('home/bottles/a.md', front('env:\n  A: b\nsupervise: "no"').replaceAll('\n', '\r\n'))).toEqual([expect.stringMatching(/^error "\\"no\\"" supervise must be true or false/)]);
  expect(await findings('home/bottles/a.md', front('egress: {log: 7}'))).toEqual([expect.stringMatching(/^error "7" egress\.log /)]);
});

test('an ambiguous scalar is underlined whole', async () => {
  expect(await findings('home/bottles/a.md', front('env:\n  DAY: 2024-01-01'))).toEqual([expect.stringMatching(/^error "2024-01-01" .*looks like a date/)]);
});

test('a text without frontmatter, and one that is never closed, are told at their beginning', async () => {
  expect(await findings('home/bottles/a.md', '')).toEqual([expect.stringMatching(/^error "" This manifest does not start/)]);
  expect(await findings('home/bottles/a.md', '---\nsupervise: true\n')).toEqual([expect.stringMatching(/^error "---" This manifest opens its frontmatter/)]);
});

test('a bottle that does not exist is told where it is named, with what exists', async () => {
  world.write({ 'home/bottles/node.md': front('supervise: true') });
  expect(await findings('home/agents/a.md', front('bottle: nod'))).toEqual(['error "nod" There is no bottle "nod"; there are: node. Did you mean node?']);
  expect(await findings('home/bottles/a.md', front('extends: nod'))).toEqual(['error "nod" There is no bottle "nod"; there are: node. Did you mean node?']);
});

test('a circle is told in every bottle of it, and in the agent that uses it', async () => {
  world.write({ 'home/bottles/one.md': front('extends: two'), 'home/bottles/two.md': front('extends: one'), 'home/agents/a.md': front('bottle: one') });
  expect(await findings('home/bottles/one.md')).toEqual(['error "two" extends makes a circle: one -> two -> one.']);
  expect(await findings('home/agents/a.md')).toEqual(['error "one" extends makes a circle: one -> two -> one.']);
});

test('a broken parent is told where it is named and leads to the place', async () => {
  world.write({ 'home/bottles/base.md': front('supervise: 1') });
  const of = world.manifest('home/agents/a.md', front('bottle: base'));
  const [finding] = await world.language.diagnose(of);
  expect(finding).toMatchObject({ severity: 'error', related: { path: join(world.home, 'bottles/base.md'), line: 2, column: 12 } });
  world.open.set(join(world.home, 'bottles/base.md'), front('supervise: true'));
  expect(await world.language.diagnose(of)).toEqual([]);
});

test('a parent that leads out of the home folder is refused here as at a start', async () => {
  world.write({ 'outside.md': front('supervise: true'), 'home/bottles/x.md': '' });
  symlinkSync(join(world.root, 'outside.md'), join(world.home, 'bottles/link.md'));
  expect(await findings('home/agents/a.md', front('bottle: link'))).toEqual([expect.stringMatching(/^error "link" .*leaves/)]);
});

test('what only the whole chain shows is told in the file that made it', async () => {
  world.write({ 'home/bottles/base.md': front('git-gate:\n  repos:\n    app: {url: "git@example.com:a/b"}') });
  expect(await findings('home/bottles/base.md')).toEqual([expect.stringMatching(/^error .*git-gate\.repos\.app needs key/)]);
  expect(await findings('home/bottles/dev.md', front('extends: base\negress:\n  routes:\n    - {host: b.example, remove: true}'))).toContainEqual(expect.stringMatching(/removes b\.example/));
});

test('what is wrong inside a deny is told at its place, in the words of the list', async () => {
  const route = (deny: string): string => front(`egress:\n  routes:\n    - host: a.example\n      deny:\n        - ${deny}`);
  expect(await findings('home/bottles/a.md', route('path: /x'))).toContainEqual(expect.stringMatching(/^error .*egress\.routes\[0\]\.deny\[0\]\.path is not a known key\. Allowed here: paths, methods, headers, query\. Did you mean paths/));
  expect(await findings('home/bottles/a.md', route('methods: [TRACE]'))).toEqual([expect.stringMatching(/^error .*deny\[0\]\.methods\[0\] .*always blocked/)]);
  expect(await findings('home/bottles/a.md', front('egress:\n  routes:\n    - host: a.example\n      deny: false'))).toEqual([expect.stringMatching(/^error .*egress\.routes\[0\]\.deny expected true, which blocks the whole host, or a list/)]);
  expect(await findings('home/bottles/a.md', front('egress:\n  routes:\n    - host: a.example\n      deny: true\n      auth: {scheme: Bearer, token_ref: HOME}'))).toContainEqual(expect.stringMatching(/^error .*egress\.routes\[0\]\.auth\.scheme has no place beside deny: true/));
});

test('a missing skill and an unknown provider are errors, an unset variable and a missing recipe are warnings', async () => {
  world.write({ 'home/bottles/a.md': front('supervise: true'), 'person/.claude/skills/review/SKILL.md': 'x' });
  expect(await findings('home/agents/a.md', front('bottle: a\nskills: [reviw]'))).toEqual([expect.stringMatching(/^error "reviw" There is no skill "reviw".*Did you mean review\?$/)]);
  expect(await findings('home/bottles/b.md', front('agent_provider: {template: shel, dockerfile: ~/none, auth_token: TOKN}\nenv: {A: "${NONE}"}'))).toEqual([
    'error "shel" There is no provider "shel"; there are: claude, shell. Did you mean shell?',
    expect.stringMatching(/^warning "~\/none" .*is not a file\.$/),
    expect.stringMatching(/^warning "TOKN" TOKN is neither set/),
    expect.stringMatching(/^warning "\\"\$\{NONE\}\\"" NONE is neither set/),
  ]);
});

test('a file that no start finds, or finds second, says so on its first line', async () => {
  world.write({ 'home/bottles/a.md': front('supervise: true'), 'home/agents/same.md': front('bottle: a') });
  expect(await findings('home/agents/Bad_Name.md', front('bottle: a'))).toEqual([expect.stringMatching(/^warning "---" No start finds/)]);
  expect(await findings('ws/.bot-bottle/agents/same.md', front('bottle: a'))).toEqual([expect.stringMatching(/^warning "---" Your home folder has an agent "same" too/)]);
});

test('only home and trusted workspaces hold manifests', () => {
  const { language, home, workspace } = world;
  expect(language.place(join(home, 'bottles/a.md'))).toMatchObject({ kind: 'bottle', origin: 'home' });
  expect(language.place(join(workspace, '.bot-bottle/agents/a.md'))).toMatchObject({ kind: 'agent', origin: 'workspace' });
  expect(language.place(join(workspace, '.bot-bottle/recommended-bottles/a.md'))).toMatchObject({ kind: 'bottle', origin: 'recommended' });
  for (const path of [join(workspace, '.bot-bottle/bottles/a.md'), join(home, 'bottles/sub/a.md'), join(home, 'bottles/a.txt'), join(workspace, 'agents/a.md')]) expect(language.place(path), path).toBeUndefined();
  const distrusting = languageWorld({ trusted: false });
  expect(distrusting.language.place(join(distrusting.workspace, '.bot-bottle/agents/a.md'))).toBeUndefined();
  distrusting.remove();
});
