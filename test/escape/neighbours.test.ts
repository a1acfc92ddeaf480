import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentProgress } from '../../extension/core/ports.ts';
import { type Captive, captive } from './support/fixture.ts';
import { hostRun, until } from './support/host.ts';
import { worlds } from './support/machine.ts';
import { plainUpstream, type Upstream } from './support/upstream.ts';

const status = ['--silent', '--output', '/dev/null', '--max-time', '15', '--write-out', '%{http_code}'];

describe.each(worlds)('two bottles at once on %s', (world) => {
  let first: Captive;
  let second: Captive;
  let own: Upstream;
  let others: Upstream;
  const egress = ({ host }: Upstream) => ({ routes: [{ host, plaintext: true, private_addresses: true }] });

  beforeAll(async () => {
    [own, others] = await Promise.all([plainUpstream(), plainUpstream()]);
    first = await captive(world, { egress: egress(own) });
    second = await captive(world, { egress: egress(others) });
  }, 600_000);

  afterAll(async () => {
    await first?.machine.end();
    await second?.machine.end();
    for (const upstream of [own, others]) upstream?.close();
  });

  it('F006, 15: each reaches its own hosts and none of the other one', async () => {
    const ask = async (from: Captive, to: Upstream): Promise<string> => (await from.run(['curl', ...status, `http://${to.host}/`])).out;
    expect([await ask(first, own), await ask(first, others), await ask(second, others), await ask(second, own)]).toEqual(['200', '403', '200', '403']);
    expect([own.seen.length, others.seen.length]).toEqual([1, 1]);
  });

  it('11: a server in one is not there for the other, by address or by abstract name', async () => {
    const abstract = 'neighbour'.padEnd(107, '.');
    // A probe that hangs up early must not take the server down, or the next one finds nobody.
    const greeter = "require('net').createServer(s => s.on('error', () => {}).end('hello'))";
    const script = `${greeter}.listen(5555, '0.0.0.0', () => ${greeter}.listen('\\0${abstract}', () => console.log('up')))`;
    const server = await second.bottle.exec({ argv: ['node', '-e', script] });
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    server.stderr.resume();
    await until(() => said.includes('up'), 'the server listens');
    await until(async () => (await second.probe('tcp', '127.0.0.1', '5555')) === 'done', 'its own bottle reaches it by address');
    await until(async () => (await second.probe('abstract', abstract)) === 'done', 'its own bottle reaches it by name');
    expect(await first.probe('tcp', '127.0.0.1', '5555')).toBe('ECONNREFUSED');
    expect(await first.probe('abstract', abstract)).toBe('ECONNREFUSED');
    server.kill();
  });

  it.runIf(world === 'docker')('11: the other containers cannot be addressed (docker only: bubblewrap has no addresses)', async () => {
    const ids = (await hostRun('docker', ['ps', '-q', '--filter', `label=bot-bottle.slug=${second.slug}`])).trim().split('\n');
    const found = await hostRun('docker', ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', ...ids]);
    const addresses = found.split(/\s+/).filter((text) => text !== '' && text !== 'invalid');
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) {
      for (const port of ['9099', '80', '443']) expect(['ENETUNREACH', 'EHOSTUNREACH']).toContain(await first.probe('tcp', address, port));
    }
  });

  it('neither sees processes, shared memory or files of the other', async () => {
    await second.probe('daemonise', 'neighbour-daemon');
    await second.sh('echo secret > /tmp/neighbour; echo secret > ~/neighbour');
    expect(await second.probe('make-shm', '4242')).toBe('done');
    expect(await first.sh(`cat /proc/[0-9]*/cmdline | tr '\\0' ' '`)).not.toContain('neighbour-daemon');
    expect(await first.sh('cat /tmp/neighbour ~/neighbour 2>/dev/null')).toBe('');
    expect(await first.probe('find-shm', '4242')).toBe('ENOENT');
  });

  it('the other keeps running when one is stopped', async () => {
    const { bottles } = first.machine;
    const workspace = await first.machine.workspace({ 'a.txt': 'a\n' });
    const third = await bottles.start(await bottles.plan({ agent: 'probe', workspace, backend: world }, AbortSignal.timeout(60_000)), silentProgress, AbortSignal.timeout(60_000));
    await bottles.stop(third.slug, { discardChanges: true });
    expect(await first.sh('echo alive')).toBe('alive');
    expect(await second.sh('echo alive')).toBe('alive');
  });
});
