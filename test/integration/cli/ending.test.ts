// Several who end the same bottle, and those who watch it end, each a process of its own.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine, type Outcome } from '../../support/host/commandLine.ts';
import { until } from '../../support/until.ts';

const manifests = { 'bottles/shell.md': '---\nagent_provider:\n  template: shell\n---\n', 'agents/shell.md': '---\nbottle: shell\n---\n' };
const rounds = 3;

describe.skipIf(whyNot('bubblewrap') !== undefined)('the end of a bottle', () => {
  let cli: CommandLine;
  const start = async (label: string): Promise<string> => (await cli.run(['start', 'shell', '--yes', '--detach', '--backend', 'bubblewrap', '--label', label])).text.trim();
  const stateOf = (slug: string): string[] => readdirSync(join(cli.home, 'state')).filter((name) => name.startsWith(slug));
  beforeAll(() => {
    cli = createCommandLine({ manifests, files: { 'a.txt': 'a\n' } });
  });
  afterAll(() => cli.close());

  test("everybody who is attached gets the agent's code", async () => {
    for (let round = 0; round < rounds; round++) {
      const slug = await start(`both-${round}`);
      const [one, other] = [cli.onTerminal(['attach', slug]), cli.onTerminal(['attach', slug])];
      await Promise.all([one.shows(/\$ $/), other.shows(/\$ $/)]);
      one.pty.write('exit 5\r');
      const codes = await Promise.all([one.ended, other.ended]);
      expect(codes, `${one.output()}\n${other.output()}`).toEqual([5, 5]);
      expect(stateOf(slug)).toEqual([]);
    }
  });

  test('two who stop it, while a third lists bottles, neither fail nor warn', async () => {
    for (let round = 0; round < rounds; round++) {
      const slug = await start(`stop-${round}`);
      const [one, other, ...lists] = await Promise.all([cli.run(['stop', slug]), cli.run(['stop', slug]), cli.run(['list']), cli.run(['list'])]);
      const stops: (Outcome | undefined)[] = [one, other];
      for (const stop of stops) expect([0, 1], stop?.stderr).toContain(stop?.code);
      expect(stops.map((stop) => stop?.code)).toContain(0);
      for (const { code, stderr } of lists) expect([code, stderr.replace('No bottle runs.\n', '')]).toEqual([0, '']);
      expect(stateOf(slug)).toEqual([]);
    }
  });

  test('whoever is attached while somebody stops it does not hear that the agent goes on', async () => {
    const slug = await start('watched');
    const onTerminal = cli.onTerminal(['attach', slug]);
    await onTerminal.shows(/\$ $/);
    const asJson = cli.run(['attach', slug, '--json']);
    await until('both to be attached', () => readdirSync(join(cli.home, 'state', slug, 'attach')).filter((name) => !name.startsWith('.')).length === 2);
    await cli.json(['stop', slug]);
    expect(await onTerminal.ended).toBe(137);
    expect(onTerminal.output()).toMatch(/The bottle was stopped/);
    expect(onTerminal.output()).not.toMatch(/goes on/);
    const outcome = await asJson;
    expect([outcome.code, JSON.parse(outcome.text)]).toEqual([137, { slug, detached: false, stopped: true, exitCode: 137, changes: 0 }]);
    expect(existsSync(join(cli.home, 'state', slug))).toBe(false);
  });

  test('whoever follows its log is told the last of it, and let go', async () => {
    const slug = await start('followed');
    const following = cli.run(['log', slug, '--follow']);
    await cli.run(['exec', slug, '--', 'sh', '-c', 'curl -sS -m 10 https://example.com/; echo kept > kept.txt']);
    // A refusal's line may come a moment after its answer.
    await until('the line', async () => (await cli.run(['log', slug])).text);
    await cli.json(['stop', slug]);
    const { code, text } = await following;
    expect([code, text]).toEqual([0, expect.stringMatching(/\tblock\t.*example\.com/)]);
    expect((await cli.run(['log', slug, '--follow'])).text).toBe(text);
  });
});
