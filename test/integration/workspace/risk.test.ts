import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { openWorld, writeTree, type World } from '../../support/workspace/world.ts';

const all = { paths: 'all', allowRisky: false } as const;
const risky = { paths: 'all', allowRisky: true } as const;

/** Paths by whether they need a yes of their own. */
async function sorted(world: World): Promise<{ readonly plain: string[]; readonly risky: string[] }> {
  const { files } = await readChanges(world.review);
  return { plain: files.filter(({ risk }) => risk === null).map(({ path }) => path), risky: files.filter(({ risk }) => risk !== null).map(({ path }) => path) };
}

describe('links', () => {
  test('to folders, to nothing and at risky places need a yes; one to a file does not', async () => {
    using world = await openWorld('copy', { 'LICENSE': 'x', 'src/a': 'a', '.github/CODEOWNERS': 'x' });
    rmSync(join(world.view, '.github'), { recursive: true });
    writeTree(world.view, {
      'assets/a/tasks.json': '{}', '.vscode': '->assets/a', '.github': '->ci', 'ci/workflows/x.yml': 'x', 'package/LICENSE': '->../LICENSE', 'new.txt': 'x', 'also.txt': '->new.txt', 'chain.txt': '->also.txt', later: '->nothing/yet', lib: '->src',
    });
    expect(await sorted(world)).toEqual({
      plain: ['.github/CODEOWNERS', 'also.txt', 'new.txt', 'package/LICENSE'],
      risky: ['.github', '.vscode', 'assets/a/tasks.json', 'chain.txt', 'ci/workflows/x.yml', 'later', 'lib'],
    });
  });

  test('that the agent or the person made do not take a file to a risky place unseen', async () => {
    using world = await openWorld('copy', {
      '.vscode': '->./config//editor', 'config/readme.md': 'x', 'docs/house.md': 'x', 'CLAUDE.md': '->AGENTS.md', 'AGENTS.md': '->docs/house.md', '.husky': '->cfg/../hooks', 'cfg': '->deep/er/cfg', 'deep/er/cfg/x': 'x', 'deep/er/hooks/x': 'x', 'loop': '->.', 'web/package.json': '->../meta/web.json', 'meta/web.json': '{}',
    });
    symlinkSync(join(world.host, 'absolute'), join(world.host, '.idea'));
    writeTree(world.view, { 'config/editor/tasks.json': '{}', 'config/plain.txt': 'x', 'absolute/x.xml': 'x', 'deep/er/hooks/pre-push': 'x', 'Config/Editor/x.json': '{}' });
    writeFileSync(join(world.view, 'docs/house.md'), 'obey');
    writeFileSync(join(world.view, 'meta/web.json'), '{"scripts":{"postinstall":"x"}}');
    expect(await sorted(world)).toEqual({ plain: ['config/plain.txt'], risky: ['Config/Editor/x.json', 'absolute/x.xml', 'config/editor/tasks.json', 'deep/er/hooks/pre-push', 'docs/house.md', 'meta/web.json'] });
    expect((await applyChanges(world.review, all)).applied).toEqual(['config/plain.txt']);
  });

  test('that a package manager made between packages make no source file risky', async () => {
    using world = await openWorld('copy', { 'packages/a/index.js': 'a', 'node_modules/@us/a': '->../../packages/a' });
    writeFileSync(join(world.view, 'packages/a/index.js'), 'b');
    expect(await sorted(world)).toEqual({ plain: ['packages/a/index.js'], risky: [] });
  });

  test('do not take the place of a file with the same bytes between listing and taking', async () => {
    using world = await openWorld('copy', { 'src/a': 'a' });
    writeTree(world.view, { '.vscodes': 'src', lib: 'src', 'src/b': 'b' });
    const { files } = await readChanges(world.review);
    unlinkSync(join(world.view, 'lib'));
    symlinkSync('src', join(world.view, 'lib'));
    const result = await applyChanges(world.review, { ...risky, seen: new Map(files.map(({ path, hash }) => [path, hash])) });
    expect(result).toMatchObject({ applied: ['.vscodes', 'src/b'], left: [{ path: 'lib', reason: expect.stringContaining('since it was looked at') }] });
    expect((await applyChanges(world.review, all)).left.map(({ path }) => path)).toEqual(['lib']);
    expect((await applyChanges(world.review, risky)).applied).toEqual(['lib']);
  });
});

describe('repositories without .git', () => {
  test('are not taken in pieces', async () => {
    using world = await openWorld('copy', { 'fixtures/repo/HEAD': 'ref: refs/heads/main', 'src/config': 'x' });
    writeTree(world.view, { 'docs/HEAD': 'ref: refs/heads/main', 'docs/objects/x': 'x', 'docs/refs/heads/.keep': '', 'docs/config': '[core]', 'docs/text.md': 'x', 'fixtures/repo/config': 'x', 'fixtures/repo/hooks/post-checkout': 'x', 'fixtures/repo/notes': 'x', 'src/objects/a.ts': 'x' });
    writeFileSync(join(world.view, 'src/config'), 'y');
    expect(await sorted(world)).toEqual({
      plain: ['docs/text.md', 'fixtures/repo/notes', 'src/config', 'src/objects/a.ts'],
      risky: ['docs/HEAD', 'docs/config', 'docs/objects/x', 'docs/refs/heads/.keep', 'fixtures/repo/config', 'fixtures/repo/hooks/post-checkout'],
    });
  });
});

describe('package.json', () => {
  test('is risky when it is too large to compare, a link, or a pipe on one side', async () => {
    using world = await openWorld('copy', { 'a/package.json': '{}', 'b/package.json': '{}', 'c/package.json': '{}' });
    writeFileSync(join(world.view, 'a/package.json'), JSON.stringify({ scripts: { postinstall: 'x' }, padding: 'x'.repeat(1024 * 1024) }));
    unlinkSync(join(world.view, 'b/package.json'));
    writeTree(world.view, { 'b/other.json': '{"scripts":{"postinstall":"x"}}', 'b/package.json': '->other.json' });
    unlinkSync(join(world.view, 'c/package.json'));
    expect(await sorted(world)).toEqual({ plain: ['c/package.json'], risky: ['a/package.json', 'b/other.json', 'b/package.json'] });
  });

  test('is judged by the bytes whose hash is shown, while the agent swaps two versions', async () => {
    using world = await openWorld('copy', { 'package.json': '{}' });
    const evil = '{"name":"x","scripts":{"postinstall":"touch /tmp/pwned"}}';
    const swapper = startSwapper(world.view, evil, '{"name":"x","version":"2","other":"same length as the e"}');
    const hash = createHash('sha256').update(evil).digest('hex');
    try {
      for (let round = 0; round < 400; round++) {
        const { files } = await readChanges(world.review);
        for (const file of files) if (file.path === 'package.json' && file.hash === hash) expect(file.risk).not.toBeNull();
      }
      for (let round = 0; round < 100; round++) {
        await applyChanges(world.review, { paths: ['package.json'], allowRisky: false });
        expect(readFileSync(join(world.host, 'package.json'), 'utf8')).not.toBe(evil);
      }
    } finally {
      swapper.kill('SIGKILL');
    }
  });
});

describe('what was seen', () => {
  test('is all that is taken: a file that became executable is not', async () => {
    using world = await openWorld('copy', { 'a.txt': 'a' });
    writeFileSync(join(world.view, 'new'), 'x');
    const seen = new Map((await readChanges(world.review)).files.map((file) => [file.path, file.hash]));
    chmodSync(join(world.view, 'new'), 0o755);
    expect(await applyChanges(world.review, { paths: 'all', allowRisky: true, seen })).toEqual({ applied: [], left: [{ path: 'new', reason: expect.stringContaining('since it was looked at') }] });
    expect(existsSync(join(world.host, 'new'))).toBe(false);
    await applyChanges(world.review, { paths: 'all', allowRisky: true });
    expect(statSync(join(world.host, 'new')).mode & 0o777).toBe(0o755);
  });

  test('is all that is taken: a file that became a folder is not', async () => {
    using world = await openWorld('copy', { 'a.txt': 'a' });
    writeFileSync(join(world.view, 'new'), 'x');
    const { files } = await readChanges(world.review);
    unlinkSync(join(world.view, 'new'));
    mkdirSync(join(world.view, 'new'));
    writeFileSync(join(world.view, 'new/unseen'), 'x');
    const seen = new Map(files.map(({ path, hash }) => [path, hash]));
    expect(await applyChanges(world.review, { paths: ['new'], allowRisky: true, seen })).toMatchObject({ applied: [], left: [{ path: 'new/unseen' }] });
    renameSync(join(world.view, 'new/unseen'), join(world.view, 'other'));
    expect((await applyChanges(world.review, { ...risky, seen })).applied).toEqual([]);
    expect(existsSync(join(world.host, 'other'))).toBe(false);
  });
});

function startSwapper(view: string, one: string, other: string) {
  const code = `const fs=require('fs');const [v,...texts]=process.argv.slice(1);
    for(;;)for(const t of texts){fs.writeFileSync(v+'/t',t);fs.renameSync(v+'/t',v+'/package.json')}`;
  return spawn(process.execPath, ['-e', code, view, one, other], { stdio: 'ignore' });
}
