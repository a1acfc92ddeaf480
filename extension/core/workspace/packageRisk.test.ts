import { describe, expect, test } from 'vitest';
import { packageRisk } from './packageRisk.ts';

const of = (base: unknown, bottle: unknown): string | null => packageRisk({ text: JSON.stringify(base) }, { text: JSON.stringify(bottle) });

describe('a changed package.json', () => {
  test('is ordinary when it changes nothing that runs', () => {
    expect(of({ scripts: { a: 'b' } }, { scripts: { a: 'b' }, version: '2.0.0', main: 'x.js', exports: './y.js', type: 'module', files: ['z'], engines: { node: '20' } })).toBeNull();
  });

  test.each([
    'scripts', 'gypfile', 'bin', 'workspaces', 'packageManager', 'devEngines', 'volta', 'pnpm', 'trustedDependencies', 'dependenciesMeta', 'publishConfig', 'husky', 'gitHooks', 'simple-git-hooks', 'lint-staged', 'pre-commit', 'eslintConfig', 'prettier', 'jest', 'babel',
  ])('needs a yes when %s is new, other or gone', (field) => {
    for (const [base, bottle] of [[{}, { [field]: { a: 1 } }], [{ [field]: { a: 1 } }, { [field]: { a: 2 } }], [{ [field]: { a: 1 } }, {}]]) expect(of(base, bottle)).toContain(field);
  });

  test.each(['1.2.3', '^1.0.0', '~2', '>=1 <3 || 5.x', '1.0.0 - 2.0.0', '*', 'latest', '', '1.0.0-beta.1+build', 'workspace:*', 'workspace:^1', 'catalog:', 'catalog:react', ' 1 '])('takes the plain specifier %j', (specifier) => {
    expect(of({}, { dependencies: { a: specifier }, overrides: { b: { c: specifier } } })).toBeNull();
  });

  test.each([
    'git:x/y', 'git+ssh://git@h/x', 'file:../x', 'link:x', 'portal:x', 'exec:./x.js', 'patch:a@1#x', 'https://h/x.tgz', 'npm:other@1', 'user/repository', 'github:u/r', './x', '../x', '.', '..', '~/x', 'x.tgz', ' x.tar.gz ', 'C:\\x', 'x\\y', 'workspace:../x', 'workspace:other@*', 'git@github.com:u/r', '@scope/x', 7, null, ['x'],
  ])('needs a yes for the source %j', (specifier) => {
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides', 'resolutions']) expect(of({}, { [field]: { a: specifier } }), field).toContain(field);
  });

  test('needs no second yes for a source that was there, and one for a source under another name', () => {
    const base = { dependencies: { a: 'file:../a' }, overrides: { x: { y: 'npm:z@1' } } };
    expect(of(base, { ...base, version: '2' })).toBeNull();
    expect(of(base, { dependencies: { b: 'file:../a' } })).toContain('dependencies');
    expect(of({}, { overrides: { a: '$b', c: '$@s/d' } })).toBeNull();
    expect(of({ dependencies: {} }, { dependencies: { constructor: 'file:x' } })).toContain('dependencies');
  });

  test('is ordinary only where it is gone: what cannot be read is risky', () => {
    expect(packageRisk({ text: '{}' }, 'absent')).toBeNull();
    expect(packageRisk({ text: '{}' }, 'unreadable')).toContain('cannot be read');
    for (const text of ['{broken', '[]', 'null', '"x"']) expect(packageRisk('absent', { text }), text).toContain('cannot be read');
    expect(packageRisk('unreadable', { text: '{"scripts":{"a":"b"}}' })).toContain('scripts');
    expect(packageRisk('absent', { text: '{"scripts":{"postinstall":"x"}}' })).toContain('scripts');
    expect(packageRisk('absent', { text: '\uFEFF{"name":"x"}' })).toBeNull();
  });

  test('is not taken for unchanged when it is too deep to compare', () => {
    const deep = `{"scripts":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    expect(packageRisk({ text: '{}' }, { text: deep })).not.toBeNull();
    expect(packageRisk({ text: '{}' }, { text: deep.replace('scripts', 'overrides') })).not.toBeNull();
  });
});
