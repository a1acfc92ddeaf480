import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logLineSchema, type LogLine } from '../../schemas/protocol/egressLog.ts';
import { type Captive, captive } from './support/fixture.ts';
import { descendantsOf, hostProcesses, hostRun, until } from './support/host.ts';
import { listenStream, type Listener } from './support/listeners.ts';
import { type World, worlds } from './support/machine.ts';
import { ownAddress, plainUpstream, secureUpstream, upstreamTrust, type Upstream } from './support/upstream.ts';

const status = ['--silent', '--output', '/dev/null', '--max-time', '15', '--write-out', '%{http_code} %{http_connect}'];

async function logOf({ machine, slug }: Captive): Promise<LogLine[]> {
  const text = await readFile(machine.bottles.logFile(slug), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').map((line) => logLineSchema.parse(JSON.parse(line)));
}

/** Ends the bottle's proxy as a crash would. */
async function killSidecar(world: World, { slug, machine }: Captive): Promise<void> {
  if (world === 'docker') {
    const id = (await hostRun('docker', ['ps', '-q', '--filter', `label=bot-bottle.slug=${slug}`, '--filter', 'label=bot-bottle.role=sidecar'])).trim();
    await hostRun('docker', ['kill', id]);
    return;
  }
  const { dist } = machine.built.runtime;
  const all = await hostProcesses();
  const keeper = all.find(({ command }) => command.includes(`${dist}/keeper.js`));
  const sidecar = descendantsOf(keeper?.pid ?? -1, all).filter(({ command }) => /sidecars\/egress\.js/.test(command) && !command.startsWith('bwrap') && !command.startsWith('setpriv'));
  expect(sidecar).toHaveLength(1);
  for (const { pid } of sidecar) process.kill(pid, 'SIGKILL');
}

describe.each(worlds)('the one way out of a bottle on %s', (world) => {
  let inside: Captive;
  let plain: Upstream;
  let secure: Upstream;
  let unlisted: Listener;
  const raw = async (request: string): Promise<string> => {
    const { out } = await inside.run(['/bin/bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/9099 && cat >&3 && timeout 10 head -n 1 <&3`], { input: request });
    return out.trim();
  };

  beforeAll(async () => {
    [plain, secure, unlisted] = await Promise.all([plainUpstream(), secureUpstream(), listenStream({ host: '0.0.0.0', port: 0 })]);
    const routes = [
      { host: plain.host, plaintext: true, private_addresses: true },
      { host: secure.host, private_addresses: true, auth: { scheme: 'Bearer', token_ref: 'ESCAPE_TOKEN' } },
      { host: `localhost:${unlisted.port}`, plaintext: true },
      { host: `127.0.0.1:${unlisted.port}`, plaintext: true },
    ];
    inside = await captive(world, {
      egress: { routes },
      secrets: { ESCAPE_TOKEN: 'escape-token-0123456789' },
      hostEnv: { BOT_BOTTLE_EXTRA_CA: await upstreamTrust() },
    });
  }, 600_000);

  afterAll(async () => {
    await inside?.machine.end();
    for (const server of [plain, secure, unlisted]) server?.close();
  });

  it('2: a listed host answers, over http and over https with its credential put in outside', async () => {
    expect((await inside.run(['curl', ...status, `http://${plain.host}/x`])).out).toMatch(/^200/);
    expect((await inside.run(['curl', ...status, `https://${secure.host}/y`])).out).toMatch(/^200/);
    expect(plain.seen.map(({ path }) => path)).toEqual(['/x']);
    expect(secure.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer escape-token-0123456789']);
  });

  it('3: an unlisted host is refused with 403 and one line in the log', async () => {
    const before = (await logOf(inside)).length;
    expect((await inside.run(['curl', ...status, 'https://denied.invalid/'])).out).toMatch(/403$/);
    await expect.poll(async () => (await logOf(inside)).slice(before).map(({ host, verdict }) => [host, verdict])).toEqual([['denied.invalid', 'block']]);
  });

  it('5: an address instead of a name is refused, however it is spelt', async () => {
    for (const address of ['2130706433', '0x7f.1', '017700000001', '127.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', ownAddress()]) {
      expect(await raw(`CONNECT ${address}:${unlisted.port} HTTP/1.1\r\nHost: ${address}:${unlisted.port}\r\n\r\n`), address).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
    expect(unlisted.heard()).toBe(0);
  });

  it('6: a listed name that turns out to be this machine is refused after it was resolved', async () => {
    for (const name of ['localhost', '127.0.0.1']) expect((await inside.run(['curl', ...status, `http://${name}:${unlisted.port}/`, '--noproxy', ''])).out, name).toMatch(/^403/);
    expect(unlisted.heard()).toBe(0);
  });

  it('7: the metadata service is refused through the proxy', async () => {
    expect((await inside.run(['curl', ...status, 'http://169.254.169.254/latest/meta-data/'])).out).toMatch(/^403/);
  });

  it('18: the target decides, not the Host header beside it', async () => {
    const before = plain.seen.length;
    expect(await raw(`GET http://denied.invalid/ HTTP/1.1\r\nHost: ${plain.host}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[03]/);
    expect(plain.seen.length).toBe(before);
  });

  it('19: TLS for another name than the tunnel was asked for is cut', async () => {
    const before = secure.seen.length;
    const { code } = await inside.run(['/bin/bash', '-c', `echo | timeout 15 openssl s_client -proxy 127.0.0.1:9099 -connect ${secure.host} -servername denied.invalid -verify_return_error`], { patienceMs: 20_000 });
    expect(code).not.toBe(0);
    expect(secure.seen.length).toBe(before);
  });

  it('54: speaks no control protocol to the agent', async () => {
    const upgrade = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    expect(await raw(upgrade)).not.toMatch(/101/);
    expect(await raw('{"id":1,"type":"replaceRoutes","routes":{"log":0,"routes":[]}}\n')).toMatch(/^(HTTP\/1\.1 400|)/);
    expect((await inside.run(['curl', ...status, 'https://denied.invalid/'])).out).toMatch(/403$/);
  });

  it('has no other port open', async () => {
    const open = await inside.sh(`awk 'NR > 1 && $4 == "0A" {print $2}' /proc/net/tcp /proc/net/tcp6 | sed 's/.*://' | sort -u`);
    // 9099 in hexadecimal.
    expect(open).toBe('238B');
  });

  it('22: without its proxy it has no way out at all', async () => {
    await killSidecar(world, inside);
    await until(async () => (await inside.machine.bottles.list()).every(({ slug, state }) => slug !== inside.slug || state !== 'running') || (await inside.run(['curl', ...status, `http://${plain.host}/z`]).catch(() => ({ out: '000' }))).out.startsWith('000'), 'the way is shut', 30_000);
    const before = plain.seen.length;
    await inside.run(['curl', ...status, '--noproxy', '*', `http://${plain.host}/after`]).catch(() => undefined);
    await inside.run(['curl', ...status, `http://${plain.host}/after`]).catch(() => undefined);
    expect(plain.seen.length).toBe(before);
  }, 120_000);
});
