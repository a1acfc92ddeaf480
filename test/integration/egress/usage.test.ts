import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../support/host/backends.ts';
import { createCommandLine, type CommandLine } from '../../support/host/commandLine.ts';

describe.skipIf(whyNot('bubblewrap') !== undefined)('the use of routes', () => {
  const upstream = createServer((_request, response) => response.end('ok'));
  let cli: CommandLine;
  let host: string;

  beforeAll(async () => {
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    host = `127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const routes = ['egress:', '  routes:', `    - {host: "${host}", plaintext: true, private_addresses: true}`, '    - {host: never.example}'];
    cli = createCommandLine({ manifests: { 'bottles/shell.md': ['---', 'agent_provider: {template: shell}', ...routes, '---', ''].join('\n'), 'agents/shell.md': '---\nbottle: shell\n---\n' }, files: { 'readme.txt': 'A project.\n' } });
  });
  afterAll(async () => {
    await cli.close();
    upstream.close();
  });

  const session = async (label: string, ...urls: string[]): Promise<void> => {
    const { code, stderr } = await cli.run(['start', 'shell', '--yes', '--detach', '--backend', 'bubblewrap', '--label', label]);
    expect(code, stderr).toBe(0);
    for (const url of urls) await cli.run(['exec', label, '--', 'curl', '--noproxy', '', '-s', '-m', '10', '-o', '/dev/null', url]);
  };
  const usage = async (slug: string): Promise<unknown> => (await cli.json(['routes', slug]) as { usage: unknown }).usage;

  test('is kept over the bottles of a manifest, and tells what nobody used for how long', { timeout: 120_000 }, async () => {
    await session('first', `http://${host}/`, `http://${host}/`, 'http://elsewhere.example/');
    expect(await cli.json(['list'])).toMatchObject([{ slug: 'first', blocked: 1 }]);
    expect(await usage('first')).toMatchObject({ sessions: 1, routes: [{ route: host, hits: 2, unusedSessions: 0 }, { route: 'never.example', hits: 0, lastUse: null, unusedSessions: 1 }] });
    await cli.run(['stop', 'first', '--discard-changes']);

    await session('second');
    expect(await usage('second')).toMatchObject({ sessions: 2, routes: [{ route: host, hits: 2, unusedSessions: 1 }, { route: 'never.example', unusedSessions: 2 }] });
    await cli.run(['stop', 'second']);
    await session('third', `http://${host}/`);
    expect(await usage('third')).toMatchObject({ sessions: 3, routes: [{ route: host, hits: 3, unusedSessions: 0 }, { route: 'never.example', unusedSessions: 3 }] });
    expect(await cli.json(['doctor', 'third'])).toMatchObject({ checks: expect.arrayContaining([{ id: 'bottle.third.log', ok: true, detail: 'every request is on record', fix: '' }]) });
    expect((await cli.run(['routes', 'third'])).stderr).toContain('never.example: unused for 3 sessions');
  });
});
