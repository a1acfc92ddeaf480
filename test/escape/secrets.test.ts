import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../extension/core/ports.ts';
import { type Captive, captive } from './support/fixture.ts';
import { hostProcesses, hostRun } from './support/host.ts';
import { worlds } from './support/machine.ts';
import { secureUpstream, upstreamTrust, type Upstream } from './support/upstream.ts';
import { watchCommandLines } from './support/watch.ts';

/** Ways in which a value may be written down. */
const spellings = (value: string): string[] => [value, Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -2), Buffer.from(value).toString('hex'), encodeURIComponent(value)];

function recordingLog(lines: string[]): Log {
  const record = (message: string): void => void lines.push(message);
  return { debug: record, info: record, warn: record, error: record };
}

describe.each(worlds)('a real credential on %s', (world) => {
  const token = `canary-${randomBytes(24).toString('hex')}`;
  const wanted = spellings(token);
  const logged: string[] = [];
  let inside: Captive;
  let upstream: Upstream;
  let commandLines: ReadonlySet<string>;
  const holds = (text: string): string[] => wanted.filter((spelling) => text.includes(spelling));

  beforeAll(async () => {
    upstream = await secureUpstream();
    const watch = watchCommandLines();
    inside = await captive(world, {
      egress: { routes: [{ host: upstream.host, private_addresses: true, auth: { scheme: 'Bearer', token_ref: 'CANARY_TOKEN' } }] },
      secrets: { CANARY_TOKEN: token },
      hostEnv: { BOT_BOTTLE_EXTRA_CA: await upstreamTrust(), CANARY_TOKEN: token, SSH_AUTH_SOCK: '/tmp/canary-agent.sock', LD_PRELOAD: '', BASH_ENV: '/tmp/canary', NODE_OPTIONS: '' },
      log: recordingLog(logged),
    });
    const answer = await inside.run(['curl', '--silent', '--max-time', '15', `https://${upstream.host}/secret?q=1`]);
    if (answer.out !== 'hello from upstream\n') throw new Error(`the request through the proxy failed: ${answer.out}${answer.err}`);
    commandLines = await watch.stop();
  }, 600_000);

  afterAll(async () => {
    await inside?.machine.end();
    upstream?.close();
  });

  it('control: it is in use, and the searches below find it where it is', async () => {
    expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`]);
    await inside.sh(`echo ${token} > /tmp/planted`);
    expect(await searchInside()).toContain('/tmp/planted');
    await inside.sh('rm /tmp/planted');
  });

  /** Every readable file in the bottle but programs and libraries of the system, which were there before the credential. */
  async function searchInside(): Promise<string[]> {
    const patterns = wanted.map((spelling) => `-e ${spelling}`).join(' ');
    const prune = ['/proc', '/sys', '/usr', '/dev', '/workspace/probe'].map((path) => `-path ${path}`).join(' -o ');
    const { out } = await inside.run(['/bin/sh', '-c', `find / \\( ${prune} \\) -prune -o -type f -print0 2>/dev/null | xargs -0 -r grep -lsaF ${patterns}`], { patienceMs: 60_000 });
    return out.split('\n').filter((line) => line !== '');
  }

  it('F003, 49: is in no environment that the agent can read', async () => {
    const environments = await inside.sh(`env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`);
    expect(environments).toContain(`BOT_BOTTLE_SLUG=${inside.slug}`);
    expect(holds(environments)).toEqual([]);
    expect(environments).not.toMatch(/^(CANARY_TOKEN|SSH_AUTH_SOCK|BASH_ENV|LD_PRELOAD|NODE_OPTIONS|DOCKER_[A-Z]+)=/m);
  });

  it('50: is in no file that the agent can read', async () => {
    expect(await searchInside()).toEqual([]);
  });

  it('50: is in nothing the agent can read about processes', async () => {
    expect(holds(await inside.sh(`cat /proc/[0-9]*/cmdline /proc/[0-9]*/comm /proc/[0-9]*/mountinfo /proc/keys 2>/dev/null | tr '\\0' ' '`))).toEqual([]);
  });

  it('the list of what is allowed says nothing about it', async () => {
    const { out } = await inside.run(['curl', '--silent', '--max-time', '15', 'http://_egress.local/allowlist']);
    expect(out).toContain(upstream.host);
    expect(holds(out)).toEqual([]);
  });

  it('is in no command line of the host, not even while the bottle starts', () => {
    expect(commandLines.size).toBeGreaterThan(10);
    expect([...commandLines].filter((line) => holds(line).length > 0)).toEqual([]);
  });

  it('is in no environment of the processes that make up the bottle', async () => {
    const ours = (await hostProcesses()).filter(({ uid, command, environment }) => uid === inside.machine.owner.uid || command.includes(inside.machine.built.runtime.dist) || environment.includes(inside.slug));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter(({ environment }) => holds(environment).length > 0).map(({ command }) => command)).toEqual([]);
  });

  it('is in no file of the state folder, the log of requests included', async () => {
    const { scratch } = await inside.machine.bottles.metadata(inside.slug);
    const log = await readFile(inside.machine.bottles.logFile(inside.slug), 'utf8');
    expect(log).toContain('"injected":true');
    for (const folder of [inside.machine.home, scratch]) expect(await searchFolder(folder, holds)).toEqual([]);
  });

  it('is not in the plan, in what a list shows, or in what was logged', async () => {
    const { bottles } = inside.machine;
    const plan = await bottles.plan({ agent: 'probe', workspace: inside.workspace, backend: world }, AbortSignal.timeout(60_000));
    const shown = JSON.stringify([plan.shown, plan.request, await bottles.list(), await bottles.metadata(inside.slug), inside.bottle.handle]);
    expect(shown).toContain(upstream.host);
    expect(holds(shown)).toEqual([]);
    expect(holds(logged.join('\n'))).toEqual([]);
  });

  it('is not in the error of a start that fails', async () => {
    const { bottles, workspace } = inside.machine;
    const plan = await bottles.plan({ agent: 'probe', workspace: await workspace({}), backend: world }, AbortSignal.timeout(60_000));
    const failure = await bottles.start(plan, { report: () => undefined }, AbortSignal.timeout(1)).then(
      () => 'it started',
      (thrown: unknown) => (thrown instanceof Error ? `${thrown.message} ${thrown.stack ?? ''} ${JSON.stringify(thrown)} ${String(thrown.cause)}` : String(thrown)),
    );
    expect(failure).toContain('cancelled');
    expect(holds(failure)).toEqual([]);
  });

  it.runIf(world === 'docker')('50: is in nothing the Engine tells about containers, volumes and images (docker only)', async () => {
    const ids = async (args: readonly string[]): Promise<string[]> => (await hostRun('docker', args)).split('\n').filter((id) => id !== '');
    const containers = await ids(['ps', '-aq', '--filter', `label=bot-bottle.slug=${inside.slug}`]);
    expect(containers).toHaveLength(3);
    const told = [await hostRun('docker', ['inspect', ...containers])];
    for (const volume of await ids(['volume', 'ls', '-q', '--filter', `label=bot-bottle.slug=${inside.slug}`])) {
      told.push(await hostRun('docker', ['volume', 'inspect', volume]));
    }
    const images = new Set(await ids(['inspect', '--format', '{{.Image}}', ...containers]));
    for (const image of images) told.push(await hostRun('docker', ['image', 'inspect', image]), await hostRun('docker', ['history', '--no-trunc', image]));
    for (const container of containers) told.push(await hostRun('docker', ['logs', container]));
    expect(holds(told.join('\n'))).toEqual([]);
  });
});

async function searchFolder(folder: string, holds: (text: string) => string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const found = await Promise.all(files.map(async (file) => (holds(await readFile(file, 'latin1')).length > 0 ? [file] : [])));
  return found.flat();
}
