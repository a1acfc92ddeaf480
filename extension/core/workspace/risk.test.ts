import { expect, test } from 'vitest';
import { riskOf } from './risk.ts';
import { scopeOf } from './scope.ts';

const none = { base: () => undefined, bottle: () => undefined };

test.each([
  '.git/hooks/pre-commit', '.git/config', '.gitmodules', '.gitattributes', 'sub/.gitattributes', '.vscode/tasks.json', '.idea/x.xml', '.devcontainer/devcontainer.json', '.envrc',
  '.github/workflows/ci.yml', '.gitlab-ci.yml', 'Jenkinsfile', '.circleci/config.yml', 'Makefile', 'justfile', 'Taskfile.yml', '.pre-commit-config.yaml', 'CLAUDE.md', 'AGENTS.md',
  '.claude/settings.json', '.mcp.json', '.cursor/rules', '.bot-bottle/agents/x.md', '.bashrc', '.husky/pre-push', 'lefthook.yml', 'node_modules/x/index.js', '-rf', '.npmrc', 'app.code-workspace',
  '.VSCODE/tasks.json', '.vscode./tasks.json', '.v\u200Bscode/tasks.json', '\uFF0Egit/config', 'MAKEFILE',
])('%j is risky', (path) => {
  expect(riskOf(path, none)).not.toBeNull();
});

test.each(['src/index.ts', 'README.md', 'docs/makefile-notes.md', 'git/hooks.ts', 'vscode/x', 'package-lock.json', 'package.json'])('%j is ordinary', (path) => {
  expect(riskOf(path, none)).toBeNull();
});

test('package.json is risky when it changes what runs, and only then', () => {
  const of = (base: string | undefined, bottle: string) => riskOf('a/package.json', { base: () => base, bottle: () => bottle });
  expect(of('{"scripts":{"a":"b"}}', '{"scripts":{"a":"b"},"version":"2.0.0"}')).toBeNull();
  expect(of('{"scripts":{"a":"b"}}', '{"scripts":{"a":"c"}}')).toContain('scripts');
  expect(of(undefined, '{"scripts":{"postinstall":"x"}}')).toContain('scripts');
  expect(of('{}', '{broken')).toContain('cannot be read');
});

test('of a repository folder only what steers git is shown', () => {
  expect(['.git', '.git/config', '.git/hooks/x', '.git/info/attributes', 'a/.GIT/config', '.git/modules/m/config'].map(scopeOf)).toEqual(Array(6).fill('show'));
  expect(['.git/HEAD', '.git/index', '.git/objects/aa', '.git/refs/heads/x', '.git/hooks/x.sample', '.git/modules/m/objects'].map(scopeOf)).toEqual(Array(6).fill('skip'));
});
