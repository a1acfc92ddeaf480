import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { importRule } from './scripts/walls/importRule.mjs';
import { rooms } from './scripts/walls/rooms.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const house = rooms(root);

const syntax = [
  ['ExportDefaultDeclaration', 'Named exports only.'],
  ['TSEnumDeclaration', 'A union of literals or a zod enum instead.'],
  ['Decorator', 'No decorators.'],
  ['Program > VariableDeclaration[kind="let"]', 'No module state.'],
  ['Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]', 'No module state.'],
  ['Program > VariableDeclaration NewExpression[callee.name=/^(Map|Set|WeakMap|WeakSet)$/][arguments.length=0]', 'No module state.'],
  ['Property[key.name="shell"][value.value=true]', 'Processes are started with argv arrays, never a shell.'],
  ['MemberExpression[object.name="window"][property.name=/^show(Information|Warning|Error)Message$/]', 'Notifications go through notify.ts, which makes no links of names.'],
  ['ImportDeclaration[source.value="child_process"]', 'Import node: modules by their node: name.'],
].map(([selector, message]) => ({ selector, message }));
/** Tests may keep the fixture of the running test in a variable of the file. */
const syntaxOfTests = syntax.filter(({ message }) => message !== 'No module state.');

/** A room without a source has no program to lint against. */
const projects = ['schemas', 'extension/core', 'extension/vscode', 'extension/cli', 'sidecars', 'webviews', 'test']
  .filter((room) => readdirSync(join(root, room), { recursive: true }).some((file) => file.endsWith('.ts')))
  .map((room) => `./${room}/tsconfig.json`);

const noEditor = { name: 'vscode', message: 'Only extension/vscode may import the editor.' };

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'dist-test/', 'test-results/', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin, walls: { rules: { imports: importRule(root, house) } } },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: projects, tsconfigRootDir: root },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      'no-restricted-syntax': ['error', ...syntax],
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
      'walls/imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  { files: ['schemas/**', 'extension/core/**', 'extension/cli/**', 'sidecars/**', 'webviews/**'], rules: { 'no-restricted-imports': ['error', { paths: [noEditor] }] } },
  {
    files: ['schemas/**', 'webviews/**'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noEditor], patterns: [{ group: ['node:*'], message: 'This room has no Node.' }] }] },
  },
  { files: ['**/*.test.ts', 'test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...syntaxOfTests] } },
  { files: ['extension/vscode/notify.ts'], rules: { 'no-restricted-syntax': ['error', ...syntax.filter(({ message }) => !message.startsWith('Notifications'))] } },
  { files: ['test/**', 'sidecars/**'], rules: { 'no-console': 'off' } },
);
