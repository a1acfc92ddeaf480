import { afterEach, beforeEach, expect, test } from 'vitest';
import { edited, front, languageWorld, type LanguageWorld } from '../../../../test/support/manifests/language.ts';

let world: LanguageWorld;
beforeEach(() => {
  world = languageWorld();
});
afterEach(() => world.remove());

/** Takes the fix of this title for the first finding; the text after it, and whether it has a finding left. */
async function fixed(path: string, text: string, title: string): Promise<{ readonly text: string; readonly left: readonly string[] }> {
  const of = world.manifest(path, text);
  const [finding] = await world.language.diagnose(of);
  if (finding === undefined) throw new Error('nothing is wrong with it');
  const fixes = await world.language.fixes(of, finding.range);
  const fix = fixes.find((one) => one.title === title);
  if (fix === undefined) throw new Error(`no such fix; there are: ${fixes.map((one) => one.title).join('; ')}`);
  if (fix.create !== undefined) world.write({ [fix.create.path.slice(world.root.length + 1)]: fix.create.text });
  const after = edited(of.text, fix.edits);
  return { text: after, left: (await world.language.diagnose({ ...of, text: after })).map((one) => one.message) };
}

const bottle = 'home/bottles/a.md';

test('an unknown key becomes the nearest one', async () => {
  expect(await fixed(bottle, front('egress:\n  routs: [] # none'), 'Change to routes')).toEqual({ text: front('egress:\n  routes: [] # none'), left: [] });
});

test('a word outside its list becomes the nearest one, and yes becomes true', async () => {
  const route = (scheme: string): string => front(`egress:\n  routes:\n    - host: a.example\n      auth: {scheme: ${scheme}, token_ref: A}`);
  expect((await fixed(bottle, route('Bearr'), 'Change to Bearer')).text).toBe(route('Bearer'));
  expect(await fixed(bottle, front('supervise: yes'), 'Change to true')).toEqual({ text: front('supervise: true'), left: [] });
  expect(await fixed(bottle, front('supervise: "Off"'), 'Change to false')).toEqual({ text: front('supervise: false'), left: [] });
});

test.each([
  ['2024-01-01', '"2024-01-01"'], ['yes', '"yes"'], ['1.5', '"1.5"'], ['0x10', '"0x10"'], ['12', '"12"'], ['true', '"true"'], ['1_000', '"1_000"'], ['12:30', '"12:30"'], ['~', '"~"'], ['.inf', '".inf"'],
])('the doubtful scalar %s is put in quotes', async (written, quoted) => {
  expect(await fixed(bottle, front(`env:\n  A: ${written} # why`), 'Put it in quotes')).toEqual({ text: front(`env:\n  A: ${quoted} # why`), left: [] });
});

test('a host with a path becomes a host and a rule for the path', async () => {
  expect(await fixed(bottle, front('egress:\n  routes:\n    - plaintext: false\n      host: https://a.example/api/v1 # mine'), 'Split into host a.example and path /api/v1')).toEqual({
    text: front('egress:\n  routes:\n    - plaintext: false\n      host: a.example # mine\n      matches:\n        - paths:\n            - value: "/api/v1"'),
    left: [],
  });
  expect(await fixed(bottle, front('egress:\n  routes:\n    - host: a.example:8443/api\n      git: {fetch: true}'), 'Split into host a.example:8443 and path /api')).toEqual({
    text: front('egress:\n  routes:\n    - host: a.example:8443\n      matches:\n        - paths:\n            - value: "/api"\n      git: {fetch: true}'),
    left: [],
  });
  expect(await fixed(bottle, front('egress:\n  routes:\n    - {plaintext: true, host: "a.example/api"} # mine'), 'Split into host a.example and path /api')).toEqual({
    text: front('egress:\n  routes:\n    - plaintext: true\n      host: a.example\n      matches:\n        - paths:\n            - value: "/api" # mine'),
    left: [],
  });
});

test('an address without a path, or a route with rules, becomes the host alone', async () => {
  expect((await fixed(bottle, front('egress:\n  routes:\n    - {host: "https://a.example/"}'), 'Change to a.example')).left).toEqual([]);
  expect((await fixed(bottle, front('egress:\n  routes:\n    - host: a.example/x\n      matches:\n        - methods: [GET]'), 'Change to a.example')).left).toEqual([]);
});

test.each([
  ['a list of maps', 'egress:\n  routes: [{host: a.example, git: {fetch: true}}, {host: b.example}] # two', 'egress:\n  routes:\n    - host: a.example\n      git: {fetch: true}\n    - {host: b.example} # two'],
  ['a map of maps', 'workspace: {exclude: [a, b],\n  mode: copy}', 'workspace:\n  exclude: [a, b]\n  mode: copy'],
  ['three levels', 'git-gate: {user: {name: Ada}, repos: {app: {url: "git@h.example:a", key: {provider: static, path: k}}}}', 'git-gate:\n  user: {name: Ada}\n  repos:\n    app:\n      url: "git@h.example:a"\n      key: {provider: static, path: k}'],
  ['an item', 'egress:\n  routes:\n    - {host: a.example, dlp: {inbound_detectors: false}}', 'egress:\n  routes:\n    - host: a.example\n      dlp: {inbound_detectors: false}'],
  ['pairs without braces', 'egress:\n  routes: [host: a.example]', 'egress:\n  routes:\n    - host: a.example'],
])('brackets inside brackets become lines: %s', async (_what, written, lines) => {
  expect(await fixed(bottle, front(written), 'Write it in lines')).toEqual({ text: front(lines), left: [] });
});

test('brackets that hold a comment are left to the person', async () => {
  const of = world.manifest(bottle, front('egress:\n  routes: [ # why\n    {host: a.example}]'));
  const [finding] = await world.language.diagnose(of);
  expect(finding?.message).toContain('brackets inside brackets');
  expect(await world.language.fixes(of, finding?.range ?? { start: 0, end: 0 })).toEqual([]);
});

test('a missing bottle becomes the nearest one, or a new one that reaches nothing', async () => {
  world.write({ 'home/bottles/node.md': front('supervise: true') });
  expect(await fixed('home/agents/x.md', front('bottle: nod'), 'Change to node')).toEqual({ text: front('bottle: node'), left: [] });
  expect(await fixed('home/agents/x.md', front('bottle: fresh'), 'Create the bottle fresh')).toEqual({ text: front('bottle: fresh'), left: [] });
  expect(world.read('home/bottles/fresh.md')).toContain('template: shell');
});

test('a missing skill and an unknown provider become the nearest ones', async () => {
  world.write({ 'person/.claude/skills/review/SKILL.md': '', 'home/bottles/node.md': front('supervise: true') });
  expect((await fixed('home/agents/x.md', front('bottle: node\nskills: [reviw]'), 'Change to review')).left).toEqual([]);
  expect((await fixed(bottle, front('agent_provider: {template: cluade}'), 'Change to claude')).left).toEqual([]);
});

test('what is right is left alone', async () => {
  const of = world.manifest(bottle, front('env: {A: text, B: "2024-01-01"}\negress:\n  routes:\n    - {host: a.example}\n  log: 1\nsupervise: true'));
  expect(await world.language.fixes(of, { start: 0, end: of.text.length })).toEqual([]);
});
