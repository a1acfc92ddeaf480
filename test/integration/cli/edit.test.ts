import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

const base = '---\nagent_provider: {template: shell}\nenv:\n  # how to write\n  EDITOR: vim # not nano\n  OTHER: x\negress:\n  routes:\n    - host: a.example # first\n---\nFor people.\n';
const agent = '---\nbottle: base\n---\nBe kind.\n';

/**
 * An editor: `node editor.mjs SCRIPT FILE`. SCRIPT is a module that says what a person does in each round; the rounds are
 * counted in a file beside it.
 */
const editor = `import { appendFileSync, readFileSync } from 'node:fs';
const [script, file] = process.argv.slice(2);
const { rounds } = await import(script);
appendFileSync(script + '.log', file + '\\n');
const round = readFileSync(script + '.log', 'utf8').trim().split('\\n').length - 1;
await rounds[round](file);
`;

let cli: CommandLine;
let tmp = '';
beforeEach(() => {
  cli = createCommandLine({
    manifests: { 'bottles/base.md': base, 'bottles/web.md': '---\nextends: "base" # ground\n---\n', 'agents/dev.md': agent },
    files: { '.bot-bottle/agents/dev.md': '---\nbottle: base\n---\nTheirs.\n', '.bot-bottle/agents/theirs.md': '---\nbottle: base\n---\nTheirs.\n', 'editor.mjs': editor },
  });
  tmp = join(cli.home, '..', 'tmp folder');
  mkdirSync(tmp);
});
afterEach(() => cli.close());

const path = (name: string): string => join(cli.home, `${name}.md`);
const read = (name: string): string => readFileSync(path(name), 'utf8');

/** An editor command whose rounds are the bodies of functions of the file's path, with node:fs as `fs`. */
function person(...rounds: readonly string[]): Record<string, string> {
  const script = join(tmp, 'rounds.mjs');
  writeFileSync(script, `import * as fs from 'node:fs';\nexport const rounds = [${rounds.map((body) => `(file) => { ${body} }`).join(', ')}];\n`);
  return { EDITOR: `"${process.execPath}" ${join(cli.workspace, 'editor.mjs')} '${script}'`, TMPDIR: tmp };
}
const becomes = (text: string): string => `fs.writeFileSync(file, ${JSON.stringify(text)});`;
const copies = (): string[] => readdirSync(tmp).filter((name) => name.startsWith('bot-bottle-edit-'));

/** The command on a terminal with an editor. */
function editing(args: readonly string[], env: Record<string, string>) {
  return cli.onTerminal(['edit', ...args], { cols: 240, rows: 60 }, env);
}

describe('bot-bottle edit in an editor', () => {
  test('saves what is right, with the mode that was, and leaves no copy', async () => {
    chmodSync(path('agents/dev'), 0o640);
    const terminal = editing(['dev'], person(becomes(`${agent}Always.\n`)));
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toMatch(/saved\s+\/.*agents\/dev\.md/);
    expect(read('agents/dev')).toBe(`${agent}Always.\n`);
    expect(statSync(path('agents/dev')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(cli.workspace, '.bot-bottle/agents/dev.md'), 'utf8')).toContain('Theirs.');
    expect(copies()).toEqual([]);
  });

  test('shows mistakes where they are and opens the same text again, until it is right', async () => {
    const terminal = editing(['base'], person(becomes(base.replace('egress', 'egres')), "if (!fs.readFileSync(file, 'utf8').includes('egres:')) throw new Error('the text was lost');", becomes(base.replace('a.example', 'b.example'))));
    await terminal.shows(`${path('bottles/base')}:7:1: error: egres is not a known key.`);
    await terminal.shows('Did you mean egress?');
    await terminal.shows('(Enter)? ');
    expect(read('bottles/base')).toBe(base);
    terminal.pty.write('e\r');
    await terminal.shows(/\(Enter\)\?[^]*\(Enter\)\? /);
    terminal.pty.write('e\r');
    expect(await terminal.ended).toBe(0);
    expect(read('bottles/base')).toBe(base.replace('a.example', 'b.example'));
  });

  test('never writes a broken manifest over a good one unless asked, and keeps what was typed', async () => {
    const broken = base.replace('env:', 'env: &x');
    const left = editing(['base'], person(becomes(broken)));
    await left.shows('(Enter)? ');
    left.pty.write('\r');
    expect(await left.ended).toBe(77);
    expect(read('bottles/base')).toBe(base);
    expect(copies()).toHaveLength(1);
    expect(left.output()).toContain('Your text is in ');
    expect(readFileSync(join(tmp, copies()[0] ?? '', 'base.md'), 'utf8')).toBe(broken);
  });

  test('writes a broken manifest when asked to, and ends as for one', async () => {
    const broken = base.replace('env:', 'env: &x');
    const terminal = editing(['base'], person(becomes(broken)));
    await terminal.shows('(Enter)? ');
    terminal.pty.write('s\r');
    expect(await terminal.ended).toBe(65);
    expect(read('bottles/base')).toBe(broken);
    expect(copies()).toEqual([]);
  });

  test('that changes nothing writes nothing', async () => {
    const before = statSync(path('agents/dev'), { bigint: true });
    // Longer than an editor that only hands the file to a window.
    expect(await editing(['dev'], person('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100);')).ended).toBe(0);
    const after = statSync(path('agents/dev'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(copies()).toEqual([]);
  });

  test('that hands the file to a window and ends at once is told to wait, and the file stays', async () => {
    const terminal = editing(['dev'], { EDITOR: 'true', TMPDIR: tmp });
    expect(await terminal.ended).toBe(0);
    const copy = join(tmp, copies()[0] ?? '', 'dev.md');
    expect(readFileSync(copy, 'utf8')).toBe(agent);
    expect(terminal.output().replace(/\s+/g, ' ')).toMatch(/kept .*The editor ended at once.*dev\.md open.*--wait/);
    expect(read('agents/dev')).toBe(agent);
  });

  test('leaves a file that changed meanwhile as it is, and keeps what was typed', async () => {
    const terminal = editing(['dev'], person(`${becomes(`${agent}Mine.\n`)} fs.writeFileSync(${JSON.stringify(path('agents/dev'))}, 'somebody else');`));
    expect(await terminal.ended).toBe(1);
    expect(terminal.output()).toContain('was changed meanwhile');
    expect(read('agents/dev')).toBe('somebody else');
    expect(readFileSync(join(tmp, copies()[0] ?? '', 'dev.md'), 'utf8')).toBe(`${agent}Mine.\n`);
  });

  test('writes through a link and nothing when the editor fails', async () => {
    renameSync(path('agents/dev'), join(cli.home, 'real.md'));
    symlinkSync('../real.md', path('agents/dev'));
    expect(await editing(['dev'], person(becomes(`${agent}Linked.\n`))).ended).toBe(0);
    expect(lstatSync(path('agents/dev')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cli.home, 'real.md'), 'utf8')).toBe(`${agent}Linked.\n`);
    const failed = editing(['dev', '--kind', 'agent'], { ...person(), EDITOR: 'false' });
    expect(await failed.ended).toBe(77);
    const none = editing(['dev'], { ...person(), EDITOR: '/no/such/editor' });
    expect(await none.ended).toBe(69);
    expect(read('agents/dev')).toBe(`${agent}Linked.\n`);
    expect(copies()).toEqual([]);
  });

  test('an agent of the workspace is opened when the home folder has none of its name', async () => {
    const terminal = editing(['theirs'], person(becomes(agent)));
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain('asks for your agreement again');
    expect(readFileSync(join(cli.workspace, '.bot-bottle/agents/theirs.md'), 'utf8')).toBe(agent);
  });

  test('without a terminal or an editor says what to set or use, and where the file is', async () => {
    for (const outcome of [await cli.run(['edit', 'dev']), await cli.run(['edit', 'dev', '--json'])]) {
      expect(outcome.code).toBe(64);
      expect(outcome.stderr).toContain(path('agents/dev'));
      expect(outcome.stderr).toMatch(/VISUAL or EDITOR.*--add-route/);
    }
    const bare = editing(['dev'], {});
    expect(await bare.ended).toBe(64);
    expect(bare.output()).toContain('VISUAL and EDITOR are not set');
  });

  test('names what there is for a name that nothing has', async () => {
    const { code, stderr } = await cli.run(['edit', 'bse']);
    expect(code).toBe(65);
    expect(stderr).toContain('Did you mean base?');
  });

  test('asks which one is meant when an agent and a bottle share a name', async () => {
    writeFileSync(path('agents/base'), agent);
    const { code, stderr } = await cli.run(['edit', 'base']);
    expect([code, stderr]).toEqual([64, expect.stringContaining('--kind agent or --kind bottle')]);
    const terminal = editing(['base'], person(becomes(base.replace('vim', 'ed'))));
    await terminal.shows('agent (a) or bottle (b)? ');
    terminal.pty.write('b\r');
    expect(await terminal.ended).toBe(0);
    expect(read('bottles/base')).toContain('EDITOR: ed # not nano');
  });
});

describe('bot-bottle edit by options', () => {
  test('adds and removes routes and variables, keeping comments', async () => {
    const value = await cli.json(['edit', 'base', '--add-route', 'b.example', '--add-route', '*.c.example:8443', '--remove-route', 'A.example:443', '--remove-env', 'OTHER']);
    expect(value).toEqual({ kind: 'bottle', name: 'base', path: path('bottles/base'), saved: true, rewritten: [], problems: [] });
    expect(read('bottles/base')).toBe(base.replace('  OTHER: x\n', '').replace('    - host: a.example # first\n', '    - host: b.example\n    - host: "*.c.example:8443"\n'));
  });

  test('makes none of its changes when one cannot be made or would break the bottle', async () => {
    for (const [args, status, words] of [
      [['--remove-env', 'OTHER', '--remove-env', 'NONE'], 64, 'has no env.NONE'],
      [['--remove-env', 'OTHER', '--add-route', 'a.example'], 64, 'has a route for a.example already'],
      [['--remove-env', 'OTHER', '--add-route', 'https://x'], 65, 'base.md:9:13: error: egress.routes[1].host'],
      [['--remove-env', 'OTHER', '--rename', 'web'], 64, 'There is a bottle "web" already.'],
    ] as const) {
      const { code, stderr } = await cli.run(['edit', 'base', ...args]);
      expect([code, stderr]).toEqual([status, expect.stringContaining(words)]);
      expect(read('bottles/base')).toBe(base);
    }
    expect(await cli.run(['edit', 'dev', '--add-route', 'x.example'])).toMatchObject({ code: 65, stderr: expect.stringContaining('There is no bottle "dev"') });
  });

  test('renames a bottle and everything that names it', async () => {
    const theirs = join(cli.workspace, '.bot-bottle/agents/theirs.md');
    const value = await cli.json(['edit', 'base', '--rename', 'ground']);
    expect(value).toMatchObject({ kind: 'bottle', name: 'ground', path: path('bottles/ground'), rewritten: expect.arrayContaining([path('bottles/web'), path('agents/dev'), theirs]) });
    expect([existsSync(path('bottles/base')), read('bottles/ground')]).toEqual([false, base]);
    expect(read('bottles/web')).toBe('---\nextends: "ground" # ground\n---\n');
    expect(read('agents/dev')).toBe(agent.replace('base', 'ground'));
    expect(await cli.json(['info', 'dev'])).toMatchObject({ bottle: 'ground' });
  });

  test('renames and changes in one, or does neither', async () => {
    const value = await cli.json(['edit', 'web', '--add-route', 'b.example', '--rename', 'net']);
    expect(value).toMatchObject({ name: 'net', path: path('bottles/net'), saved: true });
    expect([existsSync(path('bottles/web')), read('bottles/net')]).toEqual([false, expect.stringContaining('host: b.example')]);
    // It can be read, but no name fits beside it to write it with.
    writeFileSync(path(`agents/${'x'.repeat(250)}`), agent);
    const { code, stderr } = await cli.run(['edit', 'base', '--add-route', 'b.example', '--rename', 'ground']);
    expect([code, stderr]).toEqual([70, expect.stringContaining('ENAMETOOLONG')]);
    expect([read('bottles/base'), existsSync(path('bottles/ground')), read('agents/dev')]).toEqual([base, false, agent]);
  });

  test('at once with others: what is said to be saved is saved', async () => {
    const hosts = ['b.example', 'c.example', 'd.example', 'e.example'];
    const ends = await Promise.all(hosts.map((host) => cli.run(['edit', 'base', '--add-route', host])));
    const saved = hosts.filter((_host, at) => ends[at]?.code === 0);
    expect(saved.length).toBeGreaterThan(0);
    expect(hosts.filter((host) => read('bottles/base').includes(`host: ${host}\n`))).toEqual(saved);
    for (const { code, stderr } of ends.filter((one) => one.code !== 0)) expect([code, stderr]).toEqual([1, expect.stringContaining('was changed meanwhile')]);
  });
});
