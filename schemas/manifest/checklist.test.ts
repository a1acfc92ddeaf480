// Every line of the checklist of behaviour that the language alone decides, by its number.
import { describe, expect, test } from 'vitest';
import { agentOf, agentSchema } from './agent.ts';
import { bottleSchema } from './bottle.ts';
import { checkManifest } from './check.ts';
import { policyRoute } from './egress.ts';
import { effectiveBottleWithOrigins, type EffectiveBottle } from './extends.ts';
import { parseManifest } from './parse.ts';
import { problemSentence } from './position.ts';

function complaints(yaml: string, kind: 'bottle' | 'agent' = 'bottle'): string {
  const source = parseManifest('f.md', `---\n${yaml}\n---\n`);
  const checked = source.ok ? checkManifest<unknown>(source.value, kind === 'bottle' ? bottleSchema : agentSchema) : source;
  return checked.ok ? '' : checked.problems.map(problemSentence).join('\n');
}

/** A chain of bottles, child first. */
function chain(...yamls: readonly string[]): EffectiveBottle {
  return effectiveBottleWithOrigins(
    yamls.map((yaml, index) => {
      const source = parseManifest(`${index}.md`, `---\n${yaml}\n---\n`);
      if (!source.ok) throw new Error(source.problems.map(problemSentence).join('\n'));
      const written = checkManifest(source.value, bottleSchema);
      if (!written.ok) throw new Error(written.problems.map(problemSentence).join('\n'));
      return { source: source.value, written: written.value };
    }),
  );
}

const hostsOf = ({ bottle }: EffectiveBottle): string[] => bottle.egress.routes.map((route) => route.host);
const route = (more: string): string => `egress:\n  routes:\n    - host: a.example\n      ${more}`;

describe('keys', () => {
  test.each([
    ['bottle', 'envv: {}', 'agent_provider, git-gate'],
    ['provider', 'agent_provider: {templat: shell}', 'template, dockerfile'],
    ['git-gate', 'git-gate: {usr: x}', 'user, repos'],
    ['git-gate user', 'git-gate:\n  user: {mail: x}', 'name, email'],
    ['repo', 'git-gate:\n  repos:\n    app: {adress: x}', 'url, key, host_key'],
    ['egress', 'egress:\n  route: []', 'routes, log'],
    ['route', route('hosts: x'), 'host, remove, auth'],
    ['auth', route('auth: {scheme: Bearer, token_ref: T, schema: x}'), 'scheme, token_ref'],
    ['match', route('matches:\n        - path: []'), 'paths, methods, headers'],
    ['path', route('matches:\n        - paths:\n            - {kind: exact, value: /a}'), 'type, value'],
    ['header', route('matches:\n        - headers:\n            - {name: a, value: b, typ: exact}'), 'name, value, type'],
    ['dlp', route('dlp: {inbound: false}'), 'outbound_detectors, inbound_detectors'],
    ['git', route('git: {push: true}'), 'fetch'],
    ['workspace', 'workspace: {modus: copy}', 'mode, include, exclude'],
    ['resources', 'resources: {cpu: 2}', 'cpus, memory, pids'],
    ['settings', 'agent_provider:\n  template: pi\n  settings: {model: x}', 'provider, base_url'],
  ])('F014 an unknown key of a %s is refused with those that are allowed', (_where, yaml, allowed) => {
    expect(complaints(yaml)).toMatch(/^f\.md:\d+:\d+: \S+ is not a known key\. Allowed here: /);
    expect(complaints(yaml)).toContain(allowed);
  });

  test('F014 an unknown key of an agent is refused with those that are allowed', () => {
    expect(complaints('bottle: dev\nskils: []', 'agent')).toMatch(/skils is not a known key\. Allowed here: bottle, skills, git-gate.*Did you mean skills\?/);
  });

  test('F014 keys that exist only to be refused are not offered', () => {
    expect(complaints('envv: {}')).not.toContain('runtime');
    expect(complaints(route('hosts: x'))).not.toMatch(/\brole\b/);
    expect(complaints('bottle: dev\ngit-gate: {usr: x}', 'agent')).toMatch(/Allowed here: user\./);
  });

  test('F015 `runtime` is refused by name', () => {
    expect(complaints('runtime: docker')).toBe('f.md:2:10: runtime was removed: the host picks the backend (--backend or BOT_BOTTLE_BACKEND).');
  });

  test('F020 `supervise` is true unless it says false, and text is refused', () => {
    expect(chain('env: {}').bottle.supervise).toBe(true);
    expect(chain('supervise: false').bottle.supervise).toBe(false);
    expect(complaints('supervise: "false"')).toContain('supervise must be true or false, found text');
  });

  test('F034 any value of `role` is refused', () => {
    for (const value of ['x', '[]', 'true', '{}']) expect(complaints(route(`role: ${value}`))).toContain('role is reserved');
  });

  test('F047 remotes of an agent are refused, with the reason', () => {
    expect(complaints('bottle: dev\ngit-gate:\n  repos: {}', 'agent')).toContain('git-gate.repos belongs in a bottle: an agent may come from a cloned repository and must not choose remotes or keys.');
  });

  test('F049 the body, trimmed, is the prompt; keys of Claude Code have no effect', () => {
    const source = parseManifest('f.md', '---\nbottle: dev\ntools: Read\nmodel: x\n---\n\n  Be kind.  \n\n');
    const written = source.ok ? checkManifest(source.value, agentSchema) : source;
    expect(source.ok && written.ok && agentOf(written.value, source.value.body)).toEqual({ bottle: 'dev', skills: [], gitUser: {}, prompt: 'Be kind.' });
  });
});

describe('env', () => {
  test.each(['PATH', 'HOME', 'SSL_CERT_FILE', 'HTTPS_PROXY', 'no_proxy', 'BOT_BOTTLE_SLUG'])('F019 %s is the bottle\'s own, and refused at its key with the list of such names', (name) => {
    expect(complaints(`env:\n  A: b\n  ${name}: x`)).toMatch(new RegExp(`^f\\.md:4:3: env\\.${name} is set by the bottle itself, so a manifest cannot give it\\. The same holds for: HOME, .*DENO_CERT`));
    expect(complaints(`env:\n  ${name}: "?Ask"`)).toContain('is set by the bottle itself');
  });

  test('F019 names that change looks and language are accepted', () => {
    expect(complaints(`env:\n${['TERM', 'LANG', 'LC_ALL', 'COLORTERM', 'SHELL', 'EDITOR', 'PAGER', 'TZ'].map((name) => `  ${name}: x`).join('\n')}`)).toBe('');
  });

  test('F016 a value that is no text is refused with its variable, at its place', () => {
    expect(complaints('env:\n  PORT: 8080')).toBe('f.md:3:9: env.PORT must be text, found a number. Put it in quotes to make it text.');
  });

  test('F017 `?text` asks with that text, and needs one', () => {
    expect(chain('env: {A: "?Type it"}').bottle.env.get('A')).toEqual({ kind: 'prompt', prompt: 'Type it' });
    expect(complaints('env: {A: "?  "}')).toContain('says nothing to ask');
  });

  test('F018 `${VAR}` as the whole value names a host variable; anything near it is refused', () => {
    expect(chain('env: {A: "${MY_VAR1}"}').bottle.env.get('A')).toEqual({ kind: 'host', variable: 'MY_VAR1' });
    for (const text of ['${1A}', '${A-x}', '${}', '${A', '$A', '${A}b']) expect(complaints(`env:\n  A: "${text}"`)).toContain('must be exactly "${NAME}"');
  });

  test('F019 anything else is kept as it is; `??` and `$${` begin what would be a form', () => {
    const { bottle } = chain('env:\n  A: "a $B ${C}"\n  B: "??x"\n  C: "$${x}"\n  D: "yes"\n  E: ""\n  F: |\n    two\n    lines\n  G: costs $5');
    expect(Object.fromEntries([...bottle.env].map(([name, value]) => [name, value.kind === 'literal' ? value.value : value.kind]))).toEqual({ A: 'a $B ${C}', B: '?x', C: '${x}', D: 'yes', E: '', F: 'two\nlines\n', G: 'costs $5' });
  });
});

describe('providers', () => {
  test.each([
    ['F021 forwarding outside codex', 'agent_provider: {forward_host_credentials: true}', 'forward_host_credentials works only with template: codex, found claude'],
    ['F022 settings outside pi', 'agent_provider:\n  template: codex\n  settings: {}', 'settings works only with template: pi, found codex'],
    ['F023 both forms of the key', 'agent_provider:\n  template: pi\n  settings: {api_key: a, api_key_env: B}', 'exclude each other'],
    ['F024 no model', 'agent_provider:\n  template: pi\n  settings:\n    models: []', 'settings.models must not be empty'],
    ['F024 a model that is no text, by its place in the list', 'agent_provider:\n  template: pi\n  settings:\n    models: [a, 1]', 'settings.models[1] must be text'],
    ['F025 zero', 'agent_provider:\n  template: pi\n  settings: {context_window: 0}', 'context_window must be 1 or more, found 0'],
    ['F025 a negative number', 'agent_provider:\n  template: pi\n  settings: {max_tokens: -1}', 'max_tokens must be 1 or more, found -1'],
    ['F025 a boolean', 'agent_provider:\n  template: pi\n  settings: {max_tokens: true}', 'max_tokens must be a whole number, found a boolean'],
    ['F026 another name of the field', 'agent_provider:\n  template: pi\n  settings: {max_tokens_field: tokens}', 'must be max_tokens or max_completion_tokens, found "tokens"'],
    ['F027 a relative address', 'agent_provider:\n  template: pi\n  settings: {base_url: "ollama:11434/v1"}', 'base_url must be an absolute http:// or https:// address'],
  ])('%s is refused', (_name, yaml, words) => {
    expect(complaints(yaml)).toContain(words);
  });
});

describe('git gate', () => {
  const repo = (more: string): string => `git-gate:\n  repos:\n    app:\n      ${more}`;
  test.each([
    ['F028 a name with a slash', 'git-gate:\n  repos:\n    "a/b": {}', 'must be a name of letters'],
    ['F030 static without a path', repo('key: {provider: static}'), 'key.path is missing'],
    ['F030 static with a field of gitea', repo('key: {provider: static, path: k, forge_token_env: T}'), 'forge_token_env is not a known key. Allowed here: provider, path'],
    ['F031 gitea without its token', repo('key: {provider: gitea}'), 'forge_token_env is missing'],
    ['another provider', repo('key: {provider: vault}'), 'needs provider: static (with path) or provider: gitea'],
  ])('%s is refused', (_name, yaml, words) => {
    expect(complaints(yaml)).toContain(words);
  });

  test('F029 an upstream that no file gives url or key is refused where it is written', () => {
    expect(chain(repo('url: git@h.example:a')).faults).toMatchObject([{ file: '0.md', line: 4, message: 'needs key: neither this bottle nor its parents give it.' }]);
    expect(chain('env: {}', repo('key: {provider: static, path: k}')).faults).toMatchObject([{ file: '1.md', message: expect.stringContaining('needs url') }]);
  });

  test('F031 the address of the forge may be left to the host of the upstream', () => {
    expect(chain(repo('url: git@h.example:a\n      key: {provider: gitea, forge_token_env: T}')).bottle.gitGate.repos.get('app')).toMatchObject({ key: { provider: 'gitea', forge_token_env: 'T' } });
  });
});

describe('egress', () => {
  test.each([
    ['F033 a host twice', 'egress:\n  routes:\n    - host: a.example\n    - host: A.example:443', 'routes[1].host a.example:443 is already routes[0]'],
    ['F035 a scheme without a credential', route('auth: {scheme: Bearer}'), 'auth.token_ref is missing'],
    ['F035 a credential without a scheme', route('auth: {token_ref: T}'), 'auth.scheme expected one of'],
    ['F035 a scheme nobody knows', route('auth: {scheme: Digest, token_ref: T}'), 'expected one of Bearer, token, Basic, x-api-key, query:NAME, found "Digest"'],
    ['F035 a scheme in the wrong case', route('auth: {scheme: bearer, token_ref: T}'), 'found "bearer". Did you mean Bearer?'],
    ['F037 an unknown detector', route('dlp:\n        inbound_detectors: [x]'), 'dlp.inbound_detectors'],
    ['F038 text for git.fetch', route('git: {fetch: "yes"}'), 'git.fetch must be true or false, found text'],
    ['F039 a log level of three', 'egress: {log: 3}', 'egress.log expected 0 (off), 1 (blocked) or 2 (all), found 3'],
    ['a credential on a wildcard', 'egress:\n  routes:\n    - host: "*.a.example"\n      auth: {scheme: Bearer, token_ref: T}', 'routes[0].auth.token_ref a credential belongs to one host'],
  ])('%s is refused', (_name, yaml, words) => {
    expect(complaints(yaml)).toContain(words);
  });

  test('F036 methods are upper-cased; a path is a prefix and a header exact unless they say otherwise', () => {
    const [first] = chain(route('matches:\n        - methods: [get, Post]\n          paths:\n            - value: /a\n          headers:\n            - {name: x-a, value: b}')).bottle.egress.routes;
    expect(first === undefined ? undefined : policyRoute(first).matches).toEqual([{ methods: ['GET', 'POST'], paths: [{ value: '/a' }], headers: [{ name: 'x-a', value: 'b' }] }]);
  });

  test('F037 `false` turns a scan off', () => {
    expect(chain(route('dlp: {inbound_detectors: false}')).bottle.egress.routes[0]?.dlp).toEqual({ inbound_detectors: false });
  });
});

describe('extends', () => {
  test('F040 one variable is replaced, the others stay', () => {
    expect([...chain('env: {B: child}', 'env: {A: base, B: base}').bottle.env.values()]).toEqual([{ kind: 'literal', value: 'base' }, { kind: 'literal', value: 'child' }]);
  });

  const base = 'git-gate:\n  repos:\n    app:\n      url: git@h.example:app\n      key: {provider: static, path: k}\n      host_key: HK';
  test('F041 `{}` clears the upstreams, saying nothing inherits them', () => {
    expect([...chain('env: {}', base).bottle.gitGate.repos.keys()]).toEqual(['app']);
    expect([...chain('git-gate:\n  repos: {}', base).bottle.gitGate.repos.keys()]).toEqual([]);
    expect([...chain('git-gate:\n  user: {name: A}', base).bottle.gitGate.repos.keys()]).toEqual(['app']);
  });

  test('F042 an upstream of the same name keeps what the child does not say; its key is replaced whole', () => {
    const child = 'git-gate:\n  repos:\n    app:\n      key: {provider: gitea, forge_token_env: T}\n    more:\n      url: git@h.example:more\n      key: {provider: static, path: k2}';
    const { repos } = chain(child, base).bottle.gitGate;
    expect([...repos.keys()]).toEqual(['app', 'more']);
    expect(repos.get('app')).toEqual({ url: 'git@h.example:app', key: { provider: 'gitea', forge_token_env: 'T' }, host_key: 'HK' });
  });

  const routes = (...hosts: readonly string[]): string => `egress:\n  routes:\n${hosts.map((host) => `    - ${host}`).join('\n')}`;
  test('F043 the parent\'s routes come first, then the child\'s; `log` only where the child says it', () => {
    expect(hostsOf(chain(routes('host: c.example'), routes('host: a.example', 'host: b.example')))).toEqual(['a.example', 'b.example', 'c.example']);
    expect(chain('egress:\n  routes: []', 'egress: {log: 0}').bottle.egress.log).toBe(0);
    expect(chain('egress: {log: 1}', 'egress: {log: 0}').bottle.egress.log).toBe(1);
    expect(chain('env: {}').bottle.egress.log).toBe(2);
  });

  test('F044 provider and supervise are replaced whole', () => {
    expect(chain('agent_provider: {template: shell}\nsupervise: true', 'agent_provider: {auth_token: T}\nsupervise: false').bottle).toMatchObject({ supervise: true, agentProvider: { template: 'shell', authToken: null } });
    expect(chain('env: {}', 'agent_provider: {auth_token: T}').bottle.agentProvider).toMatchObject({ template: 'claude', authToken: 'T' });
  });

  test('F045 something that is no name is refused', () => {
    expect(complaints('extends: [base]')).toContain('extends must be text, found a list');
    expect(complaints('extends: Base')).toContain('extends must be the name of a manifest');
  });

  describe('F046 a child and its parent\'s route', () => {
    test('is replaced where it stands, whatever the spelling of the host', () => {
      const { bottle, origins } = chain('egress:\n  routes:\n    - host: B.example:443\n      git: {fetch: true}', routes('host: a.example', 'host: b.example', 'host: c.example'));
      expect(bottle.egress.routes).toEqual([{ host: 'a.example' }, { host: 'B.example:443', git: { fetch: true } }, { host: 'c.example' }]);
      expect(origins.get('egress.routes[1]')).toMatchObject({ file: '0.md', path: ['egress', 'routes', 0], line: 4 });
    });

    test('is removed by remove: true, also from a grandparent, and may come back', () => {
      const removal = 'egress:\n  routes:\n    - {host: b.example, remove: true}';
      const base2 = routes('host: a.example', 'host: b.example');
      expect(hostsOf(chain(removal, base2))).toEqual(['a.example']);
      expect(hostsOf(chain(removal, 'env: {}', base2))).toEqual(['a.example']);
      expect(hostsOf(chain(routes('host: b.example'), removal, base2))).toEqual(['a.example', 'b.example']);
    });

    test('cannot be removed when nobody has it, nor twice', () => {
      const removal = 'egress:\n  routes:\n    - {host: x.example, remove: true}';
      expect(chain(removal, routes('host: a.example')).faults).toMatchObject([{ file: '0.md', line: 4, message: 'removes x.example:443, which no parent of this bottle has; they have: a.example:443.' }]);
      expect(chain(removal).faults).toHaveLength(1);
      expect(chain(removal, removal, routes('host: x.example')).faults).toMatchObject([{ file: '0.md' }]);
    });

    test('that the other of the two denies as a whole is told at the nearer file', () => {
      const wildcard = 'egress:\n  routes:\n    - host: "*.a.example"\n      deny: true';
      const fault = { file: '0.md', line: 4, message: expect.stringMatching(/cannot stand beside the route for .* \(1\.md\): \*\.a\.example is denied as a whole/) };
      expect(chain(wildcard, routes('host: b.a.example')).faults).toMatchObject([fault]);
      expect(chain(routes('host: b.a.example'), wildcard).faults).toMatchObject([fault]);
      expect(chain('egress:\n  routes:\n    - {host: b.a.example, deny: true}', routes('host: b.a.example', 'host: "*.a.example"'))).toMatchObject({ faults: [], bottle: { egress: { routes: [{ host: 'b.a.example', deny: true }, { host: '*.a.example' }] } } });
    });

    test('that claims a place which the other has under another name is told at the child\'s entry', () => {
      const open = (host: string): string => `egress:\n  routes:\n    - host: first.example\n    - host: ${host}\n      plaintext: true`;
      for (const [child, parent] of [['a.example:80', 'a.example'], ['a.example', 'a.example:80']] as const) {
        expect(chain(open(child), 'env: {}', open(parent)).faults).toMatchObject([{ file: '0.md', line: 5, column: 7, message: expect.stringContaining(`cannot stand beside the route for ${parent} (2.md)`) }]);
      }
    });

    test('is removed by nothing but host and remove', () => {
      expect(complaints('egress:\n  routes:\n    - {host: a.example, remove: false}')).toContain('remove must be true');
      expect(complaints('egress:\n  routes:\n    - {host: a.example, remove: true, plaintext: true}')).toContain('plaintext has no place beside remove: true');
    });
  });

  test('workspace and resources are joined key by key', () => {
    const { bottle, origins } = chain('workspace: {mode: copy}\nresources: {session_time: none, cpus: "1.5"}', 'workspace:\n  exclude: [/data/]\nresources: {session_time: 8h, memory: 2GiB}');
    expect(bottle.workspace).toEqual({ mode: 'copy', include: null, exclude: ['/data/'], gitIgnored: 'show', secretFiles: 'hide_ignored' });
    expect(bottle.resources).toEqual({ cpus: 1.5, memoryBytes: 2 * 1024 ** 3, pids: null, diskBytes: null, sessionMs: null, idleMs: null });
    expect([origins.get('workspace.mode')?.file, origins.get('workspace.exclude')?.file, origins.get('resources.memory')?.file, origins.get('resources.pids')]).toEqual(['0.md', '1.md', '1.md', undefined]);
  });
});

describe('frontmatter', () => {
  test.each([
    ['a tab', 'env:\n\tA: b', 3],
    ['an anchor', 'env: &a {}', 2],
    ['an alias', 'env: {}\nsupervise: *a', 3],
    ['a tag', 'env: !!map {}', 2],
    ['a fraction', 'env:\n  A: 1.5', 3],
    ['a date', 'env:\n  A: 2020-01-01', 3],
    ['an octal number', 'env:\n  A: 0755', 3],
    ['a hexadecimal number', 'env:\n  A: 0x1F', 3],
    ['yes', 'env:\n  A: yes', 3],
    ['a merge key', 'env:\n  <<: {}', 3],
    ['a value of null', 'env:\n  A: ~', 3],
  ])('F050 %s is refused with its line', (_name, yaml, line) => {
    expect(complaints(yaml)).toMatch(new RegExp(`^f\\.md:${line}:\\d+: `));
  });

  test('F050 a text of several lines and comments are fine', () => {
    expect(complaints('env:\n  A: |\n    one # kept\n    two\n  B: >-\n    folded\n    text # too\n  # a comment')).toBe('');
  });

  test.each([
    ['a key twice', 'env: {}\nenv: {}', 'Map keys must be unique'],
    ['a key twice in braces', 'env: {A: b, A: c}', 'Map keys must be unique'],
    ['a word without a value in braces', 'env: {A: b, C}', 'has no value'],
    ['a colon without a space in braces', 'env: {A:b}', 'has no value'],
    ['a doubtful word in braces', 'git-gate:\n  user: {name: yes}', 'looks like a boolean'],
    ['an open brace', 'env: {A: b', 'is not valid YAML'],
  ])('F051 %s is refused', (_name, yaml, words) => {
    expect(complaints(yaml)).toContain(words);
  });

  test.each([
    ['a list of maps', 'egress:\n  routes: [{host: a.example}]', 'f.md:3:12: '],
    ['a map of maps', 'egress: {log: {a: b}}', 'f.md:2:15: '],
    ['a map of lists', 'env: {A: [b]}', 'f.md:2:10: '],
    ['a list of lists', 'workspace:\n  include: [x, [z]]', 'f.md:3:16: '],
    ['a list of pairs without braces', 'egress:\n  routes: [host: a.example]', 'f.md:3:12: '],
    ['an empty one', 'git-gate: {repos: {}}', 'f.md:2:19: '],
    ['one on several lines', 'git-gate: {\n  repos:\n    {app: x}\n}', 'f.md:4:5: '],
    ['two levels, told once', 'env: {A: [[[b]]]}', 'f.md:2:10: '],
  ])('F051 brackets inside brackets are refused where they open: %s', (_name, yaml, place) => {
    expect(complaints(yaml)).toMatch(new RegExp(`^${place}opens brackets inside brackets: write the outer ones in lines[^]*$`));
    expect(complaints(yaml).split('\n')).toHaveLength(1);
  });

  test('F051 one level of brackets means what the lines would mean', () => {
    expect(chain('egress:\n  log: 1\n  routes:\n    - host: a.example\n      git: {fetch: true}\n      matches:\n        - methods: [GET]').bottle).toEqual(chain('egress:\n  log: 1\n  routes:\n    - host: a.example\n      git:\n        fetch: true\n      matches:\n        - methods:\n            - GET').bottle);
  });

  test('F052 unclosed frontmatter is refused', () => {
    expect(parseManifest('f.md', '---\nbottle: dev\n')).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('never closes') }] });
  });
});

describe('workspace and resources', () => {
  test.each([
    ['workspace: {mode: clone}', 'mode must be overlay, copy or git, found "clone"'],
    ['workspace:\n  include: []', 'include must not be empty'],
    ['workspace:\n  exclude: [../x]', 'patterns stay below the workspace'],
    ['workspace:\n  exclude: ["!x"]', 'must not start with ! or #'],
    ['workspace:\n  exclude: ["a\\\\b"]', 'backslash'],
    ['workspace: {secret_files: hidden}', 'Did you mean hide?'],
    ['workspace: {git_ignored: false}', 'must be show or hide, found false'],
    ['resources: {cpus: 0}', 'cpus must be from "0.1" to 1024; found "0"'],
    ['resources: {cpus: "1.234"}', 'a fraction in quotes with up to two decimals'],
    ['resources: {cpus: true}', 'cpus must be a whole number, or a fraction in quotes'],
    ['resources: {memory: 4GB}', 'KiB, MiB, GiB or TiB without a space, such as 4GiB; found "4GB"'],
    ['resources: {memory: 4 GiB}', 'found "4 GiB"'],
    ['resources: {memory: 4096}', 'memory must be text, found a number'],
    ['resources: {memory: 1KiB}', 'must be from 64MiB to 1024TiB'],
    ['resources: {disk: 99999999999999999TiB}', 'disk must be'],
    ['resources: {pids: 1}', 'pids must be 16 or more, found 1'],
    ['resources: {session_time: 1h30m}', 'found "1h30m"'],
    ['resources: {session_time: 30d}', 'must be from 1m to 21d'],
    ['resources: {idle_time: 0m}', 'idle_time must be a whole number and s, m, h or d'],
  ])('refuses %j', (yaml, words) => {
    expect(complaints(yaml)).toContain(words);
  });
});
