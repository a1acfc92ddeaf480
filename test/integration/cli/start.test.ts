// What a start says before anything runs: broken off, without the values it needs, and as a dry run.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

const agent = { 'agents/dev.md': '---\nbottle: dev\n---\n' };
const bottle = (yaml: string): Record<string, string> => ({ ...agent, 'bottles/dev.md': `---\nagent_provider:\n  template: shell\n${yaml}---\n` });

let cli: CommandLine;
afterEach(() => cli.close());

describe('a start that is broken off while it looks at the machine', () => {
  test.each([
    ['before the program answers', 'kill -INT $PPID; exec tail -f /dev/null'],
    ['by an interrupt that the program gets too', 'kill -INT $PPID; kill -INT $$'],
  ])('is no broken machine: %s', async (_when, script) => {
    cli = createCommandLine({ manifests: bottle(''), files: { 'a.txt': 'a', 'bin/bwrap': `#!/bin/sh\n${script}\n` } });
    chmodSync(join(cli.workspace, 'bin/bwrap'), 0o755);
    const { code, text, stderr } = await cli.run(['start', 'dev', '--yes'], '', { PATH: `${join(cli.workspace, 'bin')}:${process.env['PATH'] ?? ''}` });
    expect([code, text, stderr]).toEqual([77, '', 'bot-bottle: The start was cancelled; nothing is left of it.\n']);
    expect(existsSync(join(cli.home, 'state'))).toBe(false);
  });
});

describe('a value that a start needs', () => {
  const open = (yaml: string): void => void (cli = createCommandLine({ manifests: bottle(yaml), files: { 'a.txt': 'a' } }));
  const place = (line: number, column: number): string => `${join(cli.home, 'bottles/dev.md')}:${line}:${column}: `;

  test('is shown with where it comes from, in a dry run', async () => {
    open('env:\n  A: "?Password"\n  B: ${FROM_HOST}\n  C: c\n');
    const { text } = await cli.run(['start', 'dev', '--dry-run', '--backend', 'bubblewrap'], '', { FROM_HOST: 'x' });
    expect(text).toContain('Variables:  C, A (asked for at the start), B (from the host)');
  });

  test.each([
    ['a host variable', 'env:\n  B: ${NOT_SET_XX}\n', 5, 6, 'env.B: The host variable NOT_SET_XX is not set.'],
    ['a credential', 'egress:\n  routes:\n    - host: a.example\n      auth:\n        scheme: Bearer\n        token_ref: NOT_SET_XX\n', 6, 7, 'egress.routes[0].auth.token_ref: The credential NOT_SET_XX is not set.'],
  ])('is named with its place when it is not set, also in a dry run: %s', async (_what, yaml, line, column, sentence) => {
    open(yaml);
    for (const how of ['--dry-run', '--yes']) {
      const { code, stderr } = await cli.run(['start', 'dev', how, '--backend', 'bubblewrap']);
      expect([code, stderr.split('\n')[0]]).toEqual([1, `bot-bottle: ${place(line, column)}${sentence}`]);
    }
  });

  test('is asked for, and without a terminal the error says how to answer', async () => {
    open('env:\n  A: "?Password"\n');
    const { code, stderr } = await cli.run(['start', 'dev', '--yes', '--backend', 'bubblewrap']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${place(5, 6)}env.A: A is asked for at the start ("Password"), and nobody answered.\nStart it on a terminal, or answer beforehand: export A=...`)]);
  });

  test('is refused with its place when no provider has that name', async () => {
    cli = createCommandLine({ manifests: { ...agent, 'bottles/dev.md': '---\nagent_provider:\n  template: shel\n---\n' }, files: { 'a.txt': 'a' } });
    const { code, stderr } = await cli.run(['start', 'dev', '--dry-run']);
    expect([code, stderr.trim()]).toEqual([65, `bot-bottle: ${place(3, 13)}agent_provider.template must be claude or shell, found "shel". Did you mean shell?`]);
  });
});

describe('a workspace of git', () => {
  const git = (folder: string, ...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', '-C', folder, ...args], { stdio: 'ignore' });
  const plan = (folder: string): ReturnType<CommandLine['run']> => cli.run(['start', 'dev', '--dry-run', '--backend', 'bubblewrap', '--workspace', folder]);
  const repositories = (yaml: string): void => {
    cli = createCommandLine({ manifests: bottle(yaml), files: { 'part/f': 'f', 'main/f': 'f', 'main/below/g': 'g' } });
    for (const name of ['part', 'main']) {
      git(join(cli.workspace, name), 'init', '-q');
      git(join(cli.workspace, name), 'add', '.');
      git(join(cli.workspace, name), 'commit', '-qm', 'one');
    }
    git(join(cli.workspace, 'main'), 'submodule', 'add', '-q', join(cli.workspace, 'part'), 'sub');
    git(join(cli.workspace, 'main'), 'worktree', 'add', '-q', join(cli.workspace, 'tree'));
  };

  test('says which submodules stay out, and that the repository does below its root', async () => {
    repositories('workspace: {mode: git}\n');
    expect((await plan('main')).text).toContain('Submodules stay out of the bottle, their folders are empty there: sub.');
    expect((await plan('main/below')).text).toContain('The repository stays out of the bottle');
    expect((await plan('part')).text).not.toMatch(/stays? out/);
  });

  test.each(['tree', 'main/sub'])('is refused where the repository lies elsewhere: %s', async (folder) => {
    repositories('workspace: {mode: git}\n');
    const { code, stderr } = await plan(folder);
    expect([code, stderr]).toEqual([64, expect.stringContaining('its .git is no folder, as in a linked worktree or a submodule')]);
  });

  test('taken whole says that git will not work there, and only there', async () => {
    repositories('');
    expect((await plan('tree')).text).toContain('Git will not work in the bottle: its .git is no folder');
    expect((await plan('main')).text).not.toContain('Git will not');
  });
});
