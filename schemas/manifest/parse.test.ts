import { describe, expect, test } from 'vitest';
import { agentSchema } from './agent.ts';
import { bottleSchema } from './bottle.ts';
import { checkManifest } from './check.ts';
import { parseManifest } from './parse.ts';
import { problemSentence, type ManifestProblem } from './position.ts';

function problems(yaml: string, kind: 'bottle' | 'agent' = 'bottle'): string[] {
  return list(yaml, kind).map(problemSentence);
}

function list(yaml: string, kind: 'bottle' | 'agent'): readonly ManifestProblem[] {
  const source = parseManifest('f.md', `---\n${yaml}\n---\nbody\n`);
  if (!source.ok) return source.problems;
  const checked = checkManifest<unknown>(source.value, kind === 'bottle' ? bottleSchema : agentSchema);
  return checked.ok ? [] : checked.problems;
}

test('frontmatter is split with any line ends and a byte order mark, and its body is kept', () => {
  const source = parseManifest('f.md', '\uFEFF---\r\nbottle: dev\r\n---\r\nHello\r\n');
  expect(source.ok && source.value.data).toEqual({ bottle: 'dev' });
  expect(source.ok && source.value.body).toBe('Hello\r\n');
  expect(source.ok && source.value.locate(['bottle'])).toEqual({ line: 2, column: 9 });
});

test('a missing or unclosed marker is refused', () => {
  expect(parseManifest('f.md', 'bottle: dev\n')).toMatchObject({ ok: false, problems: [{ line: 1 }] });
  expect(parseManifest('f.md', '---\nbottle: dev\n')).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('never closes') }] });
});

test('comments, quoted text and multi-line strings are fine', () => {
  expect(problems('# comment\nenv:\n  A: |\n    two\n    lines # kept\n  B: "yes"\n  C: \'1.5\'\n')).toEqual([]);
});

describe('doubtful YAML is refused with its line', () => {
  test.each([
    ['env:\n  A: yes', 3, 'boolean'],
    ['env:\n  A: Off', 3, 'boolean'],
    ['supervise: True', 2, 'boolean'],
    ['env:\n  A: 2020-01-01', 3, 'date'],
    ['env:\n  A: 0x1f', 3, 'octal, hexadecimal'],
    ['env:\n  A: 017', 3, 'octal, hexadecimal'],
    ['env:\n  A: 1.50', 3, 'fraction'],
    ['env:\n  A: 1e3', 3, 'fraction'],
    ['env:\n  A: .inf', 3, 'fraction'],
    ['env:\n  A: 1_000', 3, 'unusual'],
    ['env:\n  A: 12:30', 3, 'unusual'],
    ['env:\n  A: ~', 3, 'no value'],
    ['env:', 2, 'no value'],
    ['env: &x {}', 2, 'anchor'],
    ['env:\n  A: &x b\n  B: *x', 4, 'alias'],
    ['env:\n  A: !!str b', 3, 'tag'],
    ['env: {}\nenv: {}', 3, 'unique'],
    ['env:\n\tA: b', 3, 'YAML'],
    ['env: {A: b', 3, 'YAML'],
    ['egress:\n  routes: [{host: a.example}]', 3, 'brackets inside brackets'],
    ['egress: {routes: [host]}', 2, 'brackets inside brackets'],
    ['egress: {log: {a: b}}', 2, 'brackets inside brackets'],
    ['egress:\n  routes: [host: a.example]', 3, 'brackets inside brackets'],
    ['git-gate: {\n  repos: {}}', 3, 'brackets inside brackets'],
    ['workspace:\n  include: [[]]', 3, 'brackets inside brackets'],
    ['- a', 2, 'map'],
    ['env:\n  A: "b\u202Ec"', 3, 'U+202E'],
    [`env: ${'['.repeat(20_000)}`, 2, ''],
  ])('%j', (yaml, line, words) => {
    const found = list(yaml, 'bottle');
    expect(found.some((problem) => problem.message.includes(words) && problem.line === line), JSON.stringify(found.slice(0, 3))).toBe(true);
  });
});

describe('a bottle', () => {
  test('names an unknown key, its place, what is allowed and the nearest', () => {
    expect(problems('egress:\n  routes:\n    - host: a.example\n      auht: {}')).toEqual([
      'f.md:5:7: egress.routes[0].auht is not a known key. Allowed here: host, remove, auth, matches, deny, dlp, git, private_addresses, plaintext, websocket, encoded_slash, tls_passthrough, budget. Did you mean auth?',
    ]);
  });

  test.each([
    ['runtime: docker', 'runtime was removed'],
    ['env:\n  PORT: 8080', 'env.PORT must be text, found a number. Put it in quotes'],
    ['env:\n  A: ${B}c', 'env.A must be exactly "${NAME}"'],
    ['env:\n  A: $HOME', 'env.A must be exactly'],
    ['env:\n  A: "?"', 'says nothing to ask'],
    ['env:\n  1A: b', 'must be the name of a variable'],
    ['supervise: "yes"', 'supervise must be true or false, found text'],
    ['extends: [a]', 'extends must be text, found a list'],
    ['egress:\n  log: 3', 'egress.log expected 0 (off), 1 (blocked) or 2 (all)'],
    ['egress:\n  routes:\n    - host: a.example\n    - host: a.example:443', 'is already routes[0]; one route per host'],
    ['egress:\n  routes:\n    - host: https://a.example', 'egress.routes[0].host'],
    ['egress:\n  routes:\n    - host: a.example\n      role: x', 'role is reserved'],
    ['egress:\n  routes:\n    - host: a.example\n      auth: {scheme: Bearer}', 'auth.token_ref is missing'],
    ['egress:\n  routes:\n    - host: a.example\n      auth: {scheme: Digest, token_ref: T}', 'expected one of Bearer, token, Basic, x-api-key, query:NAME'],
    ['egress:\n  routes:\n    - host: a.example\n      git: {fetch: "yes"}', 'git.fetch must be true or false'],
    ['egress:\n  routes:\n    - host: a.example\n      matches:\n        - paths:\n            - {type: regex, value: "("}', 'matches[0].paths[0].value'],
    ['agent_provider:\n  settings: {}', 'settings works only with template: pi'],
    ['agent_provider: {forward_host_credentials: true}', 'works only with template: codex'],
    ['agent_provider:\n  template: pi\n  settings: {api_key: a, api_key_env: B}', 'exclude each other'],
    ['agent_provider:\n  template: pi\n  settings:\n    models: [a, 1]', 'settings.models[1] must be text'],
    ['agent_provider:\n  template: pi\n  settings: {max_tokens: true}', 'must be a whole number, found a boolean'],
    ['agent_provider:\n  template: pi\n  settings: {context_window: 0}', 'must be 1 or more, found 0'],
    ['agent_provider:\n  template: pi\n  settings: {base_url: "ollama:11434"}', 'must be an absolute http:// or https://'],
    ['git-gate:\n  repos:\n    "a/b": {}', 'git-gate.repos.a/b must be a name'],
    ['git-gate:\n  repos:\n    a: {url: "https://x/y"}', 'must be an SSH address'],
    ['git-gate:\n  repos:\n    a:\n      key: {provider: gitea}', 'forge_token_env is missing'],
    ['git-gate:\n  repos:\n    a:\n      key: {provider: static, path: k, api_url: "https://x"}', 'api_url is not a known key'],
  ])('refuses %j', (yaml, words) => {
    expect(problems(yaml).join('\n')).toContain(words);
  });

  test('never repeats a credential that was written where its name belongs', () => {
    expect(problems('agent_provider: {auth_token: sk-ant-secret-1}').join()).not.toContain('sk-ant-secret');
    expect(problems('env: {A: "${x}sk-ant-secret"}').join()).not.toContain('sk-ant-secret');
    expect(problems('egress:\n  routes:\n    - host: a.example\n      auth: {scheme: Bearer sk-ant-secret, token_ref: sk-ant-secret}').join()).not.toContain('sk-ant-secret');
    expect(problems('agent_provider:\n  template: pi\n  settings: {max_tokens_field: sk-ant-secret-1}').join()).not.toContain('sk-ant-secret');
  });
});

describe('an agent', () => {
  test('ignores what Claude Code knows and refuses what nobody knows', () => {
    expect(problems('bottle: dev\nname: x\ntools: Read, Write\nmodel: sonnet', 'agent')).toEqual([]);
    expect(problems('bottle: dev\nskils: [a]', 'agent').join()).toContain('Did you mean skills?');
  });

  test('may not bring remotes, and says why', () => {
    expect(problems('bottle: dev\ngit-gate:\n  repos: {}', 'agent').join()).toContain('must not choose remotes');
  });

  test('needs a bottle, and skills that are folder names', () => {
    expect(problems('skills: [../x]', 'agent').map((line) => line.split(' ')[1])).toEqual(['bottle', 'skills[0]']);
  });
});
