import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyRequest, ApplyResult } from '../../extension/core/bottle/bottles.ts';
import type { ChangedFile } from '../../schemas/protocol/changeSet.ts';
import { type Captive, captive } from './support/fixture.ts';
import { hostRun } from './support/host.ts';
import { worlds } from './support/machine.ts';
import { treeOf } from './support/tree.ts';

const everything = { paths: 'all', allowRisky: false } as const;

describe.each(worlds)('what comes out of a bottle on %s', (world) => {
  let inside: Captive;
  let outside: string;
  const host = (path: string): string => join(inside.workspace, path);
  const changed = async (): Promise<ReadonlyMap<string, ChangedFile>> => new Map((await inside.machine.bottles.changes(inside.slug)).files.map((file) => [file.path, file]));
  const apply = (request: ApplyRequest): Promise<ApplyResult> => inside.machine.bottles.apply(inside.slug, request);

  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'bot-bottle-outside-'));
    await writeFile(join(outside, 'victim.txt'), 'host\n');
  });

  // Each case starts from a bottle of its own, so that one attack does not stand on another.
  beforeEach(async () => {
    inside = await captive(world, {}, {
      files: { 'kept.txt': 'kept\n', 'folder/one.txt': '1\n', 'folder/two.txt': '2\n', 'folder/sub/three.txt': '3\n', 'both.txt': 'base\n' },
      prepare: async (workspace) => {
        await hostRun('git', ['init', '--quiet', workspace]);
        await symlink(outside, join(workspace, 'host-link'));
        const { uid, gid } = await lstat(workspace);
        await hostRun('chown', ['-R', `${uid}:${gid}`, join(workspace, '.git')]);
      },
    });
  }, 600_000);
  afterEach(() => inside?.machine.end());
  afterAll(() => rm(outside, { recursive: true, force: true }));

  it('26: a link out of the workspace is not taken over, and never written through', async () => {
    await inside.sh(`cd /workspace && ln -s ${outside} evil && ln -s ../../../etc/passwd up && ln -s kept.txt fine`);
    const files = await changed();
    expect(files.get('evil')?.refused).toBeTruthy();
    expect(files.get('up')?.refused).toBeTruthy();
    const { left } = await apply(everything);
    expect(left.map(({ path }) => path)).toEqual(expect.arrayContaining(['evil', 'up']));
    expect([existsSync(host('evil')), existsSync(host('up'))]).toEqual([false, false]);
  });

  it('26: a folder in place of a link of the host does not send files through the link', async () => {
    await inside.sh('cd /workspace && rm host-link && mkdir host-link && echo owned > host-link/victim.txt && echo owned > host-link/new.txt');
    await apply({ paths: 'all', allowRisky: true });
    expect(await readFile(join(outside, 'victim.txt'), 'utf8')).toBe('host\n');
    expect(await readdir(outside)).toEqual(['victim.txt']);
  });

  it('26: a link taken over first is no way out for what comes second', async () => {
    await inside.sh(`cd /workspace && rm -r folder && ln -s sideways folder && mkdir sideways`);
    await apply({ paths: 'all', allowRisky: true });
    await rm(host('folder'), { recursive: true, force: true });
    await symlink(outside, host('folder'));
    await inside.sh('cd /workspace && rm folder && mkdir folder && echo owned > folder/victim.txt');
    await apply({ paths: ['folder/victim.txt'], allowRisky: true }).catch(() => undefined);
    expect(await readFile(join(outside, 'victim.txt'), 'utf8')).toBe('host\n');
  });

  it('31: pipes, sockets and devices are named and stay inside', async () => {
    const script = `require('net').createServer().listen('/workspace/socket', () => process.kill(process.pid, 'SIGKILL'))`;
    await inside.run(['node', '-e', script]).catch(() => undefined);
    await inside.sh('cd /workspace && mkfifo pipe && rm kept.txt && mkfifo kept.txt');
    const files = await changed();
    for (const path of ['pipe', 'socket', 'kept.txt']) expect(files.get(path)?.refused, path).toBeTruthy();
    await apply({ paths: 'all', allowRisky: true });
    expect([existsSync(host('pipe')), existsSync(host('socket'))]).toEqual([false, false]);
    expect(await readFile(host('kept.txt'), 'utf8')).toBe('kept\n');
  });

  it('31: a set-user-id bit does not come out', async () => {
    await inside.sh('cd /workspace && cp probe tool && chmod 6755 tool && chmod 4755 kept.txt && echo more >> kept.txt');
    await apply({ paths: 'all', allowRisky: true });
    for (const name of ['tool', 'kept.txt']) expect((await lstat(host(name))).mode & 0o7000, name).toBe(0);
    expect((await lstat(host('tool'))).mode & 0o100).toBe(0o100);
  });

  it('30: hooks and settings of git are shown as risky, stay behind, and nothing of them runs on the host', async () => {
    const marker = join(outside, 'ran');
    const run = `sh -c 'touch ${marker}'`;
    const script = [
      'cd /workspace',
      `printf '#!/bin/sh\\ntouch ${marker}\\n' > .git/hooks/post-checkout`,
      'cp .git/hooks/post-checkout .git/hooks/pre-commit && chmod +x .git/hooks/*',
      `git config core.fsmonitor "${run}"`,
      `git config core.sshCommand "${run}"`,
      `git config core.pager "${run}"`,
      `git config diff.external "${run}"`,
      `git config filter.evil.clean "${run}"`,
      `git config filter.evil.smudge "${run}"`,
      `echo '* filter=evil diff=evil' > .gitattributes`,
      'mkdir -p .vscode && echo {} > .vscode/tasks.json',
      'echo harmless > harmless.txt',
      'echo done',
    ];
    expect(await inside.sh(script.join(' && '))).toBe('done');
    const files = await changed();
    for (const path of ['.git/hooks/post-checkout', '.git/config', '.gitattributes', '.vscode/tasks.json']) expect(files.get(path)?.risk, path).toBeTruthy();
    for (const path of files.keys()) await inside.machine.bottles.readChange(inside.slug, path, 'bottle');
    const { applied, left } = await apply(everything);
    expect(applied).toContain('harmless.txt');
    expect(left.map(({ path }) => path)).toEqual(expect.arrayContaining(['.git/hooks/post-checkout', '.git/config', '.gitattributes', '.vscode/tasks.json']));
    await hostRun('git', ['-c', 'safe.directory=*', '-C', inside.workspace, 'status', '--porcelain']);
    await inside.machine.bottles.discard(inside.slug, ['.git/hooks/post-checkout']);
    expect(existsSync(marker)).toBe(false);
  });

  it('33: a folder deleted, and one deleted and made again, show every file that went', async () => {
    await inside.sh('cd /workspace && rm -r folder && mkdir folder && echo new > folder/new.txt');
    const files = await changed();
    expect([...files].map(([path, { status }]) => `${status} ${path}`)).toEqual(
      expect.arrayContaining(['deleted folder/one.txt', 'deleted folder/two.txt', 'deleted folder/sub/three.txt', 'added folder/new.txt']),
    );
    await apply(everything);
    expect(await readdir(host('folder'))).toEqual(['new.txt']);
  });

  it('34: an edit of the host made meanwhile is never lost', async () => {
    await inside.sh('cd /workspace && echo agent > both.txt && rm kept.txt');
    await writeFile(host('both.txt'), 'person\n');
    await writeFile(host('kept.txt'), 'person\n');
    expect((await changed()).get('both.txt')?.conflict).toBe(true);
    const { left } = await apply({ paths: 'all', allowRisky: true });
    expect(left.map(({ path }) => path)).toEqual(expect.arrayContaining(['both.txt', 'kept.txt']));
    expect([await readFile(host('both.txt'), 'utf8'), await readFile(host('kept.txt'), 'utf8')]).toEqual(['person\n', 'person\n']);
  });

  it('103: names that look like options, climb or break lines do no harm', async () => {
    const script = `cd /workspace && mkdir -p -- '--help' && echo x > '-rf' && echo x > '--help/a' && touch "$(printf 'two\\nlines')" "$(printf 'bidi\\342\\200\\256txt')" && echo x > '..hidden' && echo x > 'back\\slash' && echo done`;
    expect(await inside.sh(script)).toBe('done');
    const parent = join(inside.workspace, '..');
    const before = (await readdir(parent)).sort();
    await apply({ paths: 'all', allowRisky: true });
    expect((await readdir(parent)).sort()).toEqual(before);
    expect((await readdir(inside.workspace)).some((name) => /[\n\u202e]/.test(name))).toBe(false);
  });

  it.each(['../outside.txt', '/etc/cron.d/evil', 'folder/../../outside.txt', '.', '', 'folder//one.txt', './kept.txt'])('103: a path that was not offered is refused: "%s"', async (path) => {
    const before = await treeOf(inside.workspace);
    const result = await apply({ paths: [path], allowRisky: true }).catch(() => undefined);
    expect(result?.applied ?? []).toEqual([]);
    expect(await treeOf(inside.workspace)).toEqual(before);
  });

  it('103: a hole of three gigabytes does not stop the review', async () => {
    await inside.sh('cd /workspace && truncate -s 3G sparse && echo small > small.txt');
    const files = await changed();
    expect(files.get('sparse')?.refused).toMatch(/larger/);
    expect((await apply({ paths: ['small.txt'], allowRisky: false })).applied).toEqual(['small.txt']);
  });
});
