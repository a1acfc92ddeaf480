import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';
import { until } from '../../support/until.ts';

const manifests = {
  'bottles/shell.md': '---\nagent_provider:\n  template: shell\n---\n',
  'agents/shell.md': '---\nbottle: shell\n---\n',
};
const files = { 'readme.txt': 'one\ntwo\n', 'package.json': '{"name":"x","scripts":{"test":"true"}}\n', 'old.txt': 'old\n' };

describe.each(['bubblewrap', 'docker'] as const)('the bot-bottle command with %s', (backend) => {
  const reason = whyNot(backend);
  if (reason !== undefined) {
    test.skip(`everything (${reason})`, () => undefined);
    return;
  }

  let cli: CommandLine;
  const attachMarks = (slug: string): string[] => {
    const folder = join(cli.home, 'state', slug, 'attach');
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
  };
  const start = async (label: string): Promise<string> => {
    const { code, text, stderr } = await cli.run(['start', 'shell', '--yes', '--detach', '--backend', backend, '--label', label]);
    expect(code, stderr).toBe(0);
    return text.trim();
  };
  beforeAll(async () => {
    cli = createCommandLine({ manifests, files });
    // The first start of a machine builds its images.
    await cli.run(['stop', await start('images'), '--discard-changes']);
  }, 900_000);
  afterAll(() => cli.close());

  test('a start on a terminal attaches; typing, resizing, leaving, coming back and ending all work', async () => {
    const first = cli.onTerminal(['start', 'shell', '--yes', '--backend', backend, '--label', 'tty'], { cols: 91, rows: 27 });
    await first.shows(/\$ $/);
    first.pty.write('echo sum-$((40+2)); stty size\r');
    await first.shows('sum-42');
    await first.shows('27 91');
    first.pty.resize(70, 20);
    // The new size travels beside the keys; the shell is asked until it has arrived.
    await until('the agent to see the new size', () => {
      first.pty.write('stty size\r');
      return first.output().includes('20 70');
    });
    const marks = await until('the mark of this process', () => (attachMarks('tty').length > 0 ? attachMarks('tty') : undefined));
    expect(marks).toEqual([String(first.pty.pid)]);
    expect(JSON.parse(readFileSync(join(cli.home, 'state/tty/attach', marks[0] ?? ''), 'utf8'))).toMatchObject({ pid: first.pty.pid, startedAt: expect.any(String) });

    first.pty.write('\u0010\u0011');
    expect(await first.ended).toBe(0);
    expect(attachMarks('tty')).toEqual([]);
    expect(await cli.json(['list'])).toMatchObject([{ slug: 'tty', state: 'running' }]);

    const second = cli.onTerminal(['attach', 'tty']);
    await second.shows('sum-42');
    second.pty.write('exit 7\r');
    expect(await second.ended).toBe(7);
    expect(await cli.json(['list'])).toEqual([]);
  });

  test('closing the window leaves the agent running', async () => {
    const slug = await start('hangup');
    const window = cli.onTerminal(['attach', slug]);
    await window.shows(/\$ $/);
    window.pty.kill('SIGHUP');
    await window.ended;
    expect(attachMarks(slug)).toEqual([]);
    expect(await cli.json(['list'])).toContainEqual(expect.objectContaining({ slug, state: 'running' }));
    await cli.run(['stop', slug]);
  });

  describe('one that runs', () => {
    let slug = '';
    beforeAll(async () => {
      slug = await start('work');
    });
    const inside = (...argv: string[]) => cli.run(['exec', slug, '--', ...argv]);

    test('exec passes bytes, errors and the exit code', async () => {
      const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index % 251));
      const echoed = await cli.run(['exec', slug, '--', 'cat'], bytes);
      expect(echoed.code).toBe(0);
      expect(echoed.stdout.equals(bytes)).toBe(true);
      const failed = await inside('sh', '-c', 'echo out; echo err >&2; exit 42');
      expect([failed.code, failed.text, failed.stderr]).toEqual([42, 'out\n', 'err\n']);
    });

    test('the agent is an ordinary user in its workspace with the documented environment', async () => {
      const { text } = await inside('sh', '-c', 'id -u; pwd; env');
      const [uid, folder, ...env] = text.trim().split('\n');
      expect(uid).not.toBe('0');
      expect(folder).toBe('/workspace');
      for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) expect(env).toContain(`${name}=http://127.0.0.1:9099`);
      for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'GIT_SSL_CAINFO', 'BOT_BOTTLE_SLUG', 'BOT_BOTTLE_WORKSPACE']) expect(env.some((line) => line.startsWith(`${name}=`))).toBe(true);
    });

    test('changes are shown, applied, discarded; the host is untouched before', async () => {
      await inside('sh', '-c', 'echo three >> readme.txt; echo new > added.txt; rm old.txt; echo junk > junk.txt; echo \'{"name":"x","scripts":{"test":"evil"}}\' > package.json');
      expect(readFileSync(join(cli.workspace, 'readme.txt'), 'utf8')).toBe(files['readme.txt']);
      expect(await cli.json(['changes', slug])).toMatchObject({
        slug,
        files: expect.arrayContaining([
          expect.objectContaining({ path: 'readme.txt', status: 'modified', risk: null }),
          expect.objectContaining({ path: 'added.txt', status: 'added' }),
          expect.objectContaining({ path: 'old.txt', status: 'deleted' }),
          expect.objectContaining({ path: 'package.json', risk: expect.any(String) }),
        ]),
      });
      expect((await cli.run(['changes', slug, '--patch'])).text).toContain('+three\n');
      expect((await cli.run(['changes', slug, '--stat'])).text).toContain('+1 -0\treadme.txt');

      expect((await cli.run(['discard', slug, 'junk.txt'])).code).toBe(0);
      const all = await cli.run(['apply', slug, '--all']);
      expect(all.code).toBe(1);
      expect(all.text).toMatch(/left\tpackage\.json/);
      expect(readFileSync(join(cli.workspace, 'readme.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
      expect(existsSync(join(cli.workspace, 'old.txt'))).toBe(false);
      expect(existsSync(join(cli.workspace, 'junk.txt'))).toBe(false);
      expect((await cli.run(['apply', slug, 'package.json', '--allow-risky'])).code).toBe(0);
      expect(await cli.json(['changes', slug])).toMatchObject({ files: [] });
    });

    test('a file that the host changed too is never overwritten', async () => {
      await inside('sh', '-c', 'echo bottle > readme.txt');
      cli.write('readme.txt', 'host\n');
      const applied = await cli.run(['apply', slug, 'readme.txt', '--json']);
      expect(applied.code).toBe(1);
      expect(JSON.parse(applied.text)).toMatchObject({ applied: [], left: [{ path: 'readme.txt' }] });
      expect(readFileSync(join(cli.workspace, 'readme.txt'), 'utf8')).toBe('host\n');
    });

    test('with a saved listing nothing is taken that it did not show', async () => {
      await inside('sh', '-c', 'echo shown > kept.md; echo shown > swapped.md; echo shown > folder.md');
      const listing = join(cli.home, 'seen.json');
      expect((await cli.run(['changes', slug, '--patch', '--save', listing])).text).toContain('+shown');
      await inside('sh', '-c', 'echo other > swapped.md; rm folder.md; mkdir folder.md; echo x > folder.md/unseen; echo x > unseen.md');
      const applied = await cli.run(['apply', slug, '--json', '--seen', listing, '--', 'kept.md', 'swapped.md', 'folder.md', 'unseen.md']);
      expect(applied.code).toBe(1);
      expect(JSON.parse(applied.text)).toMatchObject({ applied: ['kept.md'], left: [{ path: 'folder.md/unseen' }, { path: 'swapped.md' }, { path: 'unseen.md' }] });
      for (const text of ['{}', JSON.stringify({ slug: 'other', files: [] })]) {
        cli.write('not-seen.json', text);
        expect((await cli.run(['apply', slug, '--all', '--seen', join(cli.workspace, 'not-seen.json')])).code).toBe(64);
      }
      await inside('sh', '-c', 'rm -r swapped.md folder.md unseen.md');
    });

    test('the log tells what was refused, in words and as JSON lines', async () => {
      await inside('curl', '-sS', '-m', '10', 'https://example.com/');
      const words = await until('a line in the log', async () => (await cli.run(['log', slug])).text);
      expect(words).toMatch(/\tblock\t/);
      const [line] = (await cli.run(['log', slug, '--json'])).text.trim().split('\n');
      expect(JSON.parse(line ?? '')).toMatchObject({ slug, verdict: 'block', host: 'example.com' });
    });

    test('a hundred megabytes of output pass without being held in memory', async () => {
      const many = await cli.run(['exec', slug, '--', 'head', '-c', String(100 << 20), '/dev/zero']);
      expect(many.stdout.length).toBe(100 << 20);
      expect(many.peak).toBeLessThan(300 << 20);
    });

    test('it is stopped, and its unreviewed changes stay', async () => {
      await inside('sh', '-c', 'echo late > late.txt');
      expect((await cli.run(['stop', slug])).code).toBe(0);
      expect(await cli.json(['list'])).toContainEqual(expect.objectContaining({ slug, state: 'exited' }));
      expect((await cli.run(['apply', slug, 'late.txt'])).code).toBe(0);
      expect(readFileSync(join(cli.workspace, 'late.txt'), 'utf8')).toBe('late\n');
      expect((await cli.run(['stop', slug, '--discard-changes'])).code).toBe(0);
      expect(await cli.json(['list'])).not.toContainEqual(expect.objectContaining({ slug }));
    });
  });
});

describe('the bot-bottle command without a terminal', () => {
  let cli: CommandLine;
  beforeAll(() => {
    cli = createCommandLine({ manifests: { ...manifests, 'agents/broken.md': '---\nbotle: shell\n---\n' }, files });
  });
  afterAll(() => cli.close());

  test.each([
    [['start', 'shell'], 64, /--yes/],
    [['cleanup'], 64, /--yes/],
    [['start', 'nobody', '--yes'], 65, /nobody/],
    [['start', 'broken', '--yes'], 65, /broken\.md/],
    [['start', 'shell', '--yes', '--backend', 'lxc'], 64, /docker, bubblewrap\."?/],
    [['start', 'shell', '--yes', '--headless'], 64, /--prompt/],
    [['attach', 'nobody'], 1, /nobody/],
    [['stop', '../../etc'], 64, /slug/],
    [['frobnicate'], 64, /doctor/],
  ])('%j ends with %i and says why, in words and as one JSON value', async (args, code, why) => {
    const words = await cli.run(args);
    expect([words.code, words.text]).toEqual([code, '']);
    expect(words.stderr).toMatch(why);
    const asJson = await cli.run([...args, '--json']);
    expect([asJson.code, asJson.text]).toEqual([code, '']);
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String), hint: expect.any(String) } });
  });

  test('a dry run prints the plan and leaves no state', async () => {
    expect(await cli.json(['start', 'shell', '--dry-run', '--backend', 'bubblewrap'])).toMatchObject({ agent: 'shell', bottle: 'shell', provider: 'shell', backend: 'bubblewrap', workspace: { host: cli.workspace, guest: '/workspace' } });
    expect(existsSync(join(cli.home, 'state'))).toBe(false);
  });

  test('what could be started is listed and described', async () => {
    expect(await cli.json(['list', 'available'])).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'shell', origin: 'home' })]));
    expect(await cli.json(['info', 'shell'])).toMatchObject({ agent: 'shell', bottle: 'shell', provider: 'shell' });
  });
});
