import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workspaceOf, type WrittenWorkspace } from '../../../schemas/manifest/workspace.ts';
import { applyChanges } from '../../../extension/core/workspace/apply.ts';
import { readChanges } from '../../../extension/core/workspace/changeSet.ts';
import { leftOutOf } from '../../../extension/core/workspace/leftOut.ts';
import { openWorld, run, type World } from '../../support/workspace/world.ts';

const tree = {
  '.gitignore': 'out/\n*.log\n',
  'readme.md': 'read\n',
  'src/main.js': 'main\n',
  'src/data/big.bin': 'big\n',
  'out/built.js': 'built\n',
  'debug.log': 'log\n',
  'notes.txt': 'not in git\n',
};

const never = new AbortController().signal;

/** The copy that a bottle with this `workspace` gets; with git the first four files are tracked. */
const opened = (written: WrittenWorkspace, git = false): Promise<World> =>
  openWorld('copy', tree, {
    leftOut: async (host) => {
      if (git) {
        run('git', ['-C', host, 'init', '-q']);
        run('git', ['-C', host, 'add', '.gitignore', 'readme.md', 'src']);
      }
      return leftOutOf(host, workspaceOf(written), never);
    },
  });

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.git/'))
    .sort();

describe('a workspace of which parts are left out', () => {
  test('holds what include names, without what exclude names', async () => {
    using world = await opened({ include: ['/src/', '*.md'], exclude: ['data'] });
    expect(files(world.view)).toEqual(['readme.md', 'src/main.js']);
  });

  test('holds nothing that git ignores when the bottle hides it', async () => {
    using world = await opened({ git_ignored: 'hide' });
    expect(files(world.view)).toEqual(['.gitignore', 'notes.txt', 'readme.md', 'src/data/big.bin', 'src/main.js']);
  });

  test('holds what git tracks and the repository, with edits that are not committed', async () => {
    using world = await opened({ mode: 'git' }, true);
    expect(files(world.view)).toEqual(['.gitignore', 'readme.md', 'src/data/big.bin', 'src/main.js']);
    expect(existsSync(join(world.view, '.git/index'))).toBe(true);
  });

  test('says what git says about a folder that is no repository', async () => {
    await expect(opened({ mode: 'git' })).rejects.toMatchObject({ code: 'workspace-invalid', message: expect.stringMatching(/not a git repository/) });
  });

  test('does not run what the repository names for git', async () => {
    using world = await openWorld('copy', tree, {
      leftOut: async (host) => {
        run('git', ['-C', host, 'init', '-q']);
        writeFileSync(join(host, 'trap.sh'), `#!/bin/sh\ntouch ${host}/sprung\n`, { mode: 0o755 });
        run('git', ['-C', host, 'config', 'core.fsmonitor', join(host, 'trap.sh')]);
        return leftOutOf(host, workspaceOf({ mode: 'git' }), never);
      },
    });
    expect(existsSync(join(world.host, 'sprung'))).toBe(false);
  });

  test('never lists what was left out as deleted, and keeps the host\'s file when the agent makes one of that name', async () => {
    using world = await opened({ include: ['/src/'], exclude: ['data'] });
    expect((await readChanges(world.review)).files).toEqual([]);
    rmSync(join(world.view, 'src/main.js'));
    writeFileSync(join(world.view, 'readme.md'), 'by the agent\n');
    const changes = (await readChanges(world.review)).files.map(({ path, status, conflict }) => ({ path, status, conflict }));
    expect(changes).toEqual([
      { path: 'readme.md', status: 'added', conflict: true },
      { path: 'src/main.js', status: 'deleted', conflict: false },
    ]);
    const { applied, left } = await applyChanges(world.review, { paths: 'all', allowRisky: true });
    expect([applied, left.map(({ path }) => path)]).toEqual([['src/main.js'], ['readme.md']]);
    expect(readFileSync(join(world.host, 'readme.md'), 'utf8')).toBe('read\n');
    // Asked a second time, what was learnt on the way does not change the answer.
    expect((await readChanges(world.review)).files.map(({ path }) => path)).toEqual(['readme.md']);
  });
});
