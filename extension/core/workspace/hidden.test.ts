import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeTree } from '../../../test/support/workspace/world.ts';
import { hiddenFiles, looksSecret } from './hidden.ts';

async function hidden(tree: Readonly<Record<string, string>>, below = ''): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'hidden-'));
  try {
    writeTree(root, tree);
    return await hiddenFiles(join(root, below));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('hides what git ignores and looks like a secret, and nothing else', async () => {
  const tree = {
    '.gitignore': '.env*\n*.pem\n/build/\n!.env.example\nsecrets/\n.npmrc\n',
    '.env': 'A=1', '.env.local': 'A=1', '.env.example': 'A=', 'id_rsa': 'tracked', 'build/out.js': 'x', 'build/app.key': 'x',
    'deep/server.pem': 'x', 'secrets/credentials.json': '{}', 'secrets/note.txt': 'x', '.npmrc': '//r/:_authToken=x', 'sub/.npmrc': 'color=true',
  };
  expect(await hidden(tree)).toEqual(['.env', '.env.local', '.npmrc', 'build/app.key', 'deep/server.pem', 'secrets/credentials.json']);
});

test('follows nested rule files, negation, and git\'s rule that nothing below an ignored folder comes back', async () => {
  const tree = {
    '.gitignore': '*.key\nclosed/\n', 'a/.gitignore': '!keep.key\n', 'a/keep.key': 'x', 'a/other.key': 'x', 'closed/.gitignore': '!x.key\n', 'closed/x.key': 'x',
  };
  expect(await hidden(tree)).toEqual(['a/other.key', 'closed/x.key']);
});

test('reads info/exclude, and the rules above a workspace inside a repository', async () => {
  expect(await hidden({ '.git/info/exclude': '.env\n', '.gitignore': '*.pem\n', 'app/.env': 'x', 'app/x.pem': 'x' }, 'app')).toEqual(['.env', 'x.pem']);
});

test('hides nothing where git ignores nothing', async () => {
  expect(await hidden({ '.env': 'A=1', 'id_ed25519': 'x' })).toEqual([]);
});

test.each([
  ['.env.production', true], ['prod.env', true], ['.env.sample', false], ['id_ed25519', true], ['id_ed25519.pub', false],
  ['tls.key', true], ['cacert.pem', false], ['service-account-prod.json', true], ['.netrc', true], ['credentials', true], ['keyboard.ts', false], ['environment.ts', false],
])('%s looks like a secret: %s', (name, expected) => {
  expect(looksSecret(name, () => '')).toBe(expected);
});
