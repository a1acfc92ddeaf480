import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

const shell = '---\nagent_provider: {template: shell}\n---\n';
const offered = '---\nagent_provider: {template: shell}\negress:\n  routes:\n    - host: registry.example\n---\nOffered.\n';
const agentFile = '.bot-bottle/agents/helper.md';

let cli: CommandLine;
beforeEach(() => {
  cli = createCommandLine({
    manifests: { 'bottles/shell.md': shell },
    files: { [agentFile]: '---\nbottle: shell\n---\nBe kind.\u202e\u001b[2J\n', '.bot-bottle/recommended-bottles/dev.md': offered },
    env: { BOT_BOTTLE_BACKEND: 'bubblewrap' },
  });
});
afterEach(() => cli.close());

const bottle = (name: string): string => join(cli.home, 'bottles', `${name}.md`);
const approvals = (): string[] => (existsSync(join(cli.home, 'approvals')) ? readdirSync(join(cli.home, 'approvals')) : []);

describe.skipIf(whyNot('bubblewrap') !== undefined)('starting an agent of the workspace', () => {
  test('without a terminal needs --yes, which says what it agreed to; then it needs no more reasons until the file changes', async () => {
    const refused = await cli.run(['start', 'helper', '--detach']);
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    expect(approvals()).toEqual([]);

    const agreed = await cli.run(['start', 'helper', '--detach', '--yes', '--label', 'one']);
    expect(agreed.code).toBe(0);
    expect(agreed.stderr).toContain('You have not agreed to it so far.');
    expect(agreed.stderr).toMatch(/it could run shell; reach no host of its own/);
    expect(approvals()).toHaveLength(1);
    expect(await cli.json(['start', 'helper', '--dry-run'])).toMatchObject({ consent: { required: false, reasons: [] } });

    cli.write(agentFile, '---\nbottle: shell\n---\nBe cruel.\n');
    expect(await cli.json(['start', 'helper', '--dry-run'])).toMatchObject({ consent: { required: true, reasons: expect.arrayContaining(['Its text has changed since you agreed to it.']) } });
    const text = (await cli.run(['start', 'helper', '--dry-run'])).text;
    expect(text).toContain('+Be cruel.');
    expect(text).toContain('-Be kind.');
  });

  test('on a terminal is asked for with all of it, harmlessly shown; a no starts and files nothing', async () => {
    const terminal = cli.onTerminal(['start', 'helper'], { cols: 200, rows: 60 });
    await terminal.shows('start it? [y/N]');
    expect(terminal.output()).toContain('is new to you');
    expect(terminal.output()).toContain('Be kind.\\u202e\\x1b[2J');
    expect(terminal.output()).not.toContain('\u001b[2J');
    terminal.pty.write('n\r');
    expect(await terminal.ended).toBe(77);
    expect(approvals()).toEqual([]);
    expect(await cli.json(['list'])).toEqual([]);
  });

  test('that changes while the person reads is refused after the yes', async () => {
    const terminal = cli.onTerminal(['start', 'helper'], { cols: 200, rows: 60 });
    await terminal.shows('start it? [y/N]');
    cli.write(agentFile, '---\nbottle: shell\n---\nBe cruel.\n');
    terminal.pty.write('y\r');
    await terminal.shows('changed after it was shown');
    expect(await terminal.ended).toBe(77);
    expect(await cli.json(['list'])).toEqual([]);
  });
});

describe('bot-bottle init', () => {
  test('writes a bottle and its agent from a template, and never writes over one', async () => {
    expect(await cli.json(['init', 'node', '--name', 'web'])).toEqual({ template: 'node', name: 'web', written: [bottle('web'), join(cli.home, 'agents/web.md')], kept: [] });
    expect(await cli.json(['info', 'web'])).toMatchObject({ bottle: 'web', egress: { routes: [{ host: 'registry.npmjs.org' }] } });
    expect(await cli.json(['init', 'shell'])).toMatchObject({ written: [join(cli.home, 'agents/shell.md')], kept: [bottle('shell')] });
    expect(readFileSync(bottle('shell'), 'utf8')).toBe(shell);
  });

  test('lists its templates, and names them for one it does not know', async () => {
    expect(await cli.json(['init', '--list'])).toContainEqual(expect.objectContaining({ name: 'github', title: 'GitHub' }));
    const unknown = await cli.run(['init', 'nde']);
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('node')]);
    const later = await cli.run(['init', 'pi']);
    expect([later.code, later.stderr, existsSync(bottle('pi'))]).toEqual([0, expect.stringContaining('cannot be started with this version, which does not have the provider pi'), true]);
  });

  test('adopts a recommended bottle only after a yes, shown with its reach', async () => {
    const refused = await cli.run(['init', '--adopt', 'dev']);
    expect([refused.code, existsSync(bottle('dev'))]).toEqual([64, false]);
    expect(refused.stderr).toContain('- reach registry.example');
    expect(refused.stderr).toContain('+Offered.');
    expect(await cli.json(['init', '--adopt', 'dev', '--yes'])).toMatchObject({ name: 'dev', adopted: true, path: bottle('dev') });
    expect(readFileSync(bottle('dev'), 'utf8')).toBe(offered);
    expect(await cli.json(['init', '--adopt', 'dev'])).toMatchObject({ adopted: false, state: 'same' });
    const missing = await cli.run(['init', '--adopt', 'other']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('It recommends: dev.')]);
  });
});
