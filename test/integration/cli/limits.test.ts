import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';
import { until } from '../../support/until.ts';

describe.skipIf(whyNot('bubblewrap') !== undefined)('a bottle with a bound on what it writes', () => {
  let cli: CommandLine;
  beforeAll(() => {
    cli = createCommandLine({
      manifests: { 'bottles/small.md': '---\nagent_provider: {template: shell}\nresources: {disk: 64MiB}\n---\n', 'agents/small.md': '---\nbottle: small\n---\n' },
      files: { 'readme.txt': 'one\n' },
    });
  });
  afterAll(() => cli.close());

  test('is ended when it is over, with the reason in terminal and list, and its changes wait for review', async () => {
    const started = await cli.run(['start', 'small', '--yes', '--detach', '--backend', 'bubblewrap', '--label', 'full']);
    expect([started.code, started.stderr]).toEqual([0, expect.any(String)]);
    const watching = cli.onTerminal(['attach', 'full']);
    await watching.shows(/\$ $/);
    await cli.run(['exec', 'full', '--', '/bin/sh', '-c', 'echo kept >kept.txt; head -c 100000000 /dev/zero | split -b 10000000 - part-; sleep 60']);
    await watching.shows('resources.disk allows');
    expect(await watching.ended).toBe(137);
    const ended = await until('the list to show the end', async () => {
      const all = JSON.stringify(await cli.json(['list']));
      return all.includes('"exited"') ? all : undefined;
    });
    expect(JSON.parse(ended)).toMatchObject([{ slug: 'full', state: 'exited', endedBy: 'disk' }]);
    expect((await cli.run(['list'])).text).toContain('\texited (disk)\n');
    expect(await cli.json(['changes', 'full'])).toMatchObject({ files: expect.arrayContaining([expect.objectContaining({ path: 'kept.txt', status: 'added' })]) });
  });

  test('is refused by a backend that cannot hold it', async () => {
    const { code, stderr } = await cli.run(['start', 'small', '--dry-run', '--backend', 'docker']);
    expect([code, stderr]).toEqual([69, expect.stringMatching(/resources\.disk, which the docker backend cannot hold[^]*start it on bubblewrap/)]);
  });
});
