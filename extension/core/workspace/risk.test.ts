import { expect, test } from 'vitest';
import { linkPlaceRisk, placeRisk, riskOf } from './risk.ts';
import { riskTable } from './riskTable.ts';
import { scopeOf } from './scope.ts';

test.each([
  '.git/hooks/pre-commit', '.git/config', '.gitmodules', '.gitattributes', 'sub/.gitattributes', 'dev/.gitconfig', '.vscode/tasks.json', '.idea/x.xml', '.devcontainer/devcontainer.json', '.envrc',
  '.github/workflows/ci.yml', '.gitlab-ci.yml', 'Jenkinsfile', '.circleci/config.yml', 'Makefile', 'justfile', 'Taskfile.yml', '.pre-commit-config.yaml', 'CLAUDE.md', 'AGENTS.md',
  '.claude/settings.json', '.mcp.json', '.cursor/rules', '.bot-bottle/agents/x.md', '.bashrc', '.husky/pre-push', 'lefthook.yml', 'node_modules/x/index.js', '-rf', '--help/a', '.npmrc', 'app.code-workspace',
  '.VSCODE/tasks.json', '.vscode./tasks.json', '.v\u200Bscode/tasks.json', '\uFF0Egit/config', 'MAKEFILE', 'docs/HEAD', 'docs/head', 'GIT~1/config', '.hg/hgrc', '.jj/repo/config.toml',
])('%j is risky', (path) => {
  expect(placeRisk(path)).not.toBeNull();
});

test.each([
  'binding.gyp', '.pnp.cjs', '.pnp.loader.mjs', 'pnpm-workspace.yaml', '.yarn/sdks/typescript/lib/tsserver.js', 'eslint.config.mjs', '.eslintrc', '.eslintrc.cjs', '.prettierrc.mjs', 'prettier.config.ts', '.stylelintrc.js', 'stylelint.config.cjs',
  '.pylintrc', '.Rprofile', '.gdbinit', '.lldbinit', '.ycm_extra_conf.py', '.clangd', 'native/CMakeLists.txt', 'CMakePresets.json', 'flake.nix', 'shell.nix', 'default.nix', 'Gemfile', 'x.gemspec', 'pom.xml', 'build.gradle.kts',
  'settings.gradle', 'gradlew', 'mvnw', 'Directory.Build.props', 'Directory.Build.targets', 'a/b.csproj', 'composer.json', 'sitecustomize.py', 'usercustomize.py', 'build.rs', 'Rakefile', 'Vagrantfile', 'rust-toolchain.toml', '.bsp/x.json',
])('%j runs by itself and is risky', (path) => {
  expect(placeRisk(path)).not.toBeNull();
});

test.each([
  '.clinerules', '.clinerules/a.md', '.kiro/steering/x.md', 'opencode.json', 'QWEN.md', 'AGENT.md', 'AGENTS.override.md', '.agents/x.md', '.codex/config.toml', '.gemini/settings.json', 'GEMINI.md', '.aider.conf.yml', '.continue/config.yaml',
  '.continuerules', '.roo/rules/x.md', '.roomodes', '.windsurfrules', '.windsurf/rules/x.md', '.cursorrules', '.github/copilot-instructions.md', '.github/instructions/x.md', '.github/prompts/x.md', '.github/chatmodes/x.md', 'a/skills/SKILL.md',
])('%j steers agents and is risky', (path) => {
  expect(placeRisk(path)).toContain('Coding agents');
});

test.each([
  'src/index.ts', 'README.md', 'docs/makefile-notes.md', 'git/hooks.ts', 'vscode/x', 'package-lock.json', 'src/head.c', 'src/headers/x.h', 'src/test_sum.py', 'tests/sum.test.ts', 'src/config', 'src/hooks/useX.ts', 'tsconfig.json', 'Cargo.toml', 'pyproject.toml',
  'go.mod', 'models/agent.py', 'docs/agents/readme.md', '.gitignore', '.github/CODEOWNERS', 'a-b/c', 'x~', 'src/clauses.md', 'weights.pth',
])('%j is ordinary', (path) => {
  expect(placeRisk(path)).toBeNull();
});

test('a link is risky at, above and in the place of what the table names, and in place of a package.json', () => {
  for (const path of ['.vscode', 'a/.VSCode', '.github', '.github/workflows', '.husky', '.config', '.config/fish', 'node_modules', 'gradle', 'AGENTS.md', 'a/package.json', 'x/HEAD']) expect(linkPlaceRisk(path), path).not.toBeNull();
  for (const path of ['src/latest', 'LICENSE', 'docs/workflows']) expect(linkPlaceRisk(path), path).toBeNull();
});

test('each row of the table says one reason, and each place of it is found wherever it lies', () => {
  for (const { why, places } of riskTable) {
    expect(why).toMatch(/\.$/);
    for (const place of places.split(' ')) {
      const path = place.replaceAll('*', 'x').replace(/\/$/, '/below');
      expect(placeRisk(path), path).not.toBeNull();
      expect(placeRisk(`some/where/${path}`), path).not.toBeNull();
      if (place.endsWith('/')) expect(placeRisk(path.replace(/\/below$/, '')), path).not.toBeNull();
    }
  }
});

test('a package.json is judged by what it says, wherever it lies', () => {
  const of = (base: string, bottle: string): string | null => riskOf('a/Package.json', { base: () => ({ text: base }), bottle: () => ({ text: bottle }) });
  expect(of('{}', '{"version":"2"}')).toBeNull();
  expect(of('{}', '{"scripts":{"postinstall":"x"}}')).toContain('scripts');
});

test('of a repository folder only what steers git is shown', () => {
  expect(['.git', '.git/config', '.git/hooks/x', '.git/info/attributes', 'a/.GIT/config', '.git/modules/m/config'].map(scopeOf)).toEqual(Array(6).fill('show'));
  expect(['.git/HEAD', '.git/index', '.git/objects/aa', '.git/refs/heads/x', '.git/hooks/x.sample', '.git/modules/m/objects'].map(scopeOf)).toEqual(Array(6).fill('skip'));
});
