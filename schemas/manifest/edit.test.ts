import { describe, expect, test } from 'vitest';
import { addRoute, removeEnv, removeRoute, renameBottle, replaceRoute, setEnv, type Edited } from './edit.ts';

const bottle = `---
# Who we are
extends: base   # the parent
env:
  # how to write
  EDITOR: vim  # not nano
  TOKEN: \${TOKEN}

egress:
  routes:
    # packages
    - host: registry.npmjs.org
      matches:
        - methods: [GET]   # read only
    - host: api.example.com
  # all of it
  log: 2
# the end
---
Body: stays.
`;

function text(edited: Edited): string {
  if (!edited.ok) throw new Error(edited.reason);
  return edited.text;
}

describe('an edit touches only its lines', () => {
  test('a route is added behind the last', () => {
    expect(text(addRoute(bottle, { host: 'pypi.org', matches: [{ methods: ['GET', 'HEAD'], paths: [{ value: '/simple/' }] }] }))).toBe(
      bottle.replace('    - host: api.example.com\n', '    - host: api.example.com\n    - host: pypi.org\n      matches:\n        - methods: [GET, HEAD]\n          paths:\n            - value: "/simple/"\n'),
    );
  });

  test('a route is replaced and removed where it stands, whatever the spelling of its host', () => {
    expect(text(replaceRoute(bottle, 'API.example.com:443', { host: 'api.example.com', git: { fetch: true } }))).toBe(bottle.replace('host: api.example.com\n', 'host: api.example.com\n      git:\n        fetch: true\n'));
    expect(text(removeRoute(bottle, 'api.example.com'))).toBe(bottle.replace('    - host: api.example.com\n', ''));
    expect(text(removeRoute(text(removeRoute(bottle, 'api.example.com')), 'registry.npmjs.org'))).not.toContain('routes');
  });

  test('a variable is set, changed and removed; its comment line stays', () => {
    expect(text(setEnv(bottle, 'EDITOR', 'yes'))).toBe(bottle.replace('EDITOR: vim ', 'EDITOR: "yes" '));
    expect(text(setEnv(bottle, 'NEW', '?What'))).toBe(bottle.replace('TOKEN: ${TOKEN}\n', 'TOKEN: ${TOKEN}\n  NEW: "?What"\n'));
    expect(text(removeEnv(bottle, 'EDITOR'))).toBe(bottle.replace('  EDITOR: vim  # not nano\n', ''));
  });

  test('the last variable takes `env` with it', () => {
    const edited = text(removeEnv(text(removeEnv(bottle, 'EDITOR')), 'TOKEN'));
    expect(edited).not.toContain('env:');
    expect(edited).toContain('extends: base   # the parent');
  });

  test('a bottle is renamed in what names it and nowhere else', () => {
    expect(text(renameBottle(bottle, 'bottle', 'base', 'ground'))).toBe(bottle.replace('extends: base ', 'extends: ground '));
    expect(text(renameBottle(bottle, 'bottle', 'other', 'ground'))).toBe(bottle);
    expect(text(renameBottle('---\nbottle: "dev" # ours\n---\n', 'agent', 'dev', 'on'))).toBe('---\nbottle: "on" # ours\n---\n');
  });

  test('line ends of the file are kept', () => {
    const windows = bottle.replaceAll('\n', '\r\n');
    expect(text(setEnv(windows, 'NEW', 'x'))).toBe(windows.replace('TOKEN: ${TOKEN}\r\n', 'TOKEN: ${TOKEN}\r\n  NEW: x\r\n'));
  });
});

describe('missing places are made', () => {
  test.each([
    ['without egress', '---\nsupervise: false # no\n---\n', '---\nsupervise: false # no\negress:\n  routes:\n    - host: a.example\n---\n'],
    ['without routes', '---\negress:\n    log: 1\n---\n', '---\negress:\n    log: 1\n    routes:\n      - host: a.example\n---\n'],
    ['with an empty list', '---\negress:\n  routes: [] # none\n---\n', '---\negress:\n  routes:\n    - host: a.example # none\n---\n'],
    ['with nothing at all', '---\n{}\n---\nx', '---\negress:\n  routes:\n    - host: a.example\n---\nx'],
    ['with brackets round what it goes into', '---\negress: {log: 1}\n---\n', '---\negress:\n  log: 1\n  routes:\n    - host: "a.example"\n---\n'],
    ['with brackets round everything', '---\n{supervise: false}\n---\n', '---\nsupervise: false\negress:\n  routes:\n    - host: "a.example"\n---\n'],
    ['with dashes under the key', '---\negress:\n  routes:\n  - host: b.example\nsupervise: true\n---\n', '---\negress:\n  routes:\n  - host: b.example\n  - host: a.example\nsupervise: true\n---\n'],
  ])('%s', (_name, before, after) => {
    expect(text(addRoute(before, { host: 'a.example' }))).toBe(after);
  });
});

test('flow style is printed anew with its comments', () => {
  const edited = text(removeEnv('---\n# top\nenv: {A: b, C: d} # two\nsupervise: true\n---\n', 'A'));
  expect(edited).toBe('---\n# top\nenv: {C: d} # two\nsupervise: true\n---\n');
});

test('an edit that cannot be made says why and changes nothing', () => {
  expect(addRoute(bottle, { host: 'api.example.com:443' })).toEqual({ ok: false, reason: 'The bottle has a route for api.example.com:443 already.' });
  expect(removeEnv(bottle, 'NONE')).toEqual({ ok: false, reason: 'The manifest has no env.NONE.' });
  expect(removeRoute(bottle, 'x.example')).toMatchObject({ ok: false });
  expect(setEnv('---\na: [\n---\n', 'A', 'b')).toMatchObject({ ok: false, reason: expect.stringContaining('mended first') });
  expect(setEnv('---\nenv: text\n---\n', 'A', 'b')).toMatchObject({ ok: false });
});
