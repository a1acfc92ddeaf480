import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../extension/core/bottle/limits.ts';
import { type Captive, captive, probePath } from './support/fixture.ts';
import { countProcessesOf, hostRun, until } from './support/host.ts';
import { worlds } from './support/machine.ts';

const limits = defaultLimits();
const MiB = 1024 * 1024;
const tmpMiB = limits.tmpBytes / MiB;
const fileMiB = limits.fileBytes / MiB;

const processesOf = ({ machine }: Captive): Promise<number> => countProcessesOf(machine.owner.uid);
/** After that a bomb ends by itself, so that a fence that fails does not take the machine. */
const bombSeconds = 40;

/** Milliseconds the host takes to start a program. */
async function hostTakes(): Promise<number> {
  const before = performance.now();
  await hostRun('/bin/true', []);
  return performance.now() - before;
}

/** How much of a kind the bottle's user gets on the host, with nothing to hold it. */
async function takenOutside({ machine, hostProbe }: Captive, kind: string, most: string): Promise<number> {
  const { uid, gid } = machine.owner;
  const as = process.geteuid?.() === 0 ? ['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--'] : [];
  const said = await hostRun('/bin/sh', ['-c', 'exec "$@" </dev/null', 'sh', ...as, hostProbe, 'take', kind, most]);
  return Number.parseInt(said, 10);
}

/** The number in the first line, which comes long before the end. */
async function firstNumber(output: Readable): Promise<number> {
  let said = '';
  output.on('data', (chunk) => (said += String(chunk)));
  await until(() => said.includes('\n'), 'the probe says how many it took');
  return Number.parseInt(said, 10);
}

describe.each(worlds)('the share of a bottle on %s', (world) => {
  let inside: Captive;
  beforeAll(async () => {
    inside = await captive(world);
  }, 600_000);
  afterAll(() => inside?.machine.end());

  it('43: has a bound on processes', async () => {
    const [count] = await inside.probeLines('forks', String(limits.pids * 3));
    expect(Number(count)).toBeGreaterThan(64);
    expect(Number(count)).toBeLessThanOrEqual(limits.pids);
    expect(await inside.probe('forks', String(limits.pids * 3))).toBe('EAGAIN');
  });

  it('43: under a fork bomb the host answers, and the bottle can be stopped with nothing left', async () => {
    const other = await captive(world);
    try {
      const bomb = await other.bottle.exec({ argv: [probePath, 'bomb', String(limits.pids * 3), String(bombSeconds)] });
      const lit = performance.now();
      bomb.stdout.resume();
      bomb.stderr.resume();
      bomb.exited.catch(() => undefined);
      await until(async () => (await processesOf(other)) > limits.pids / 2, 'the bomb goes off', 30_000);
      expect(await processesOf(other)).toBeLessThanOrEqual(limits.pids + 64);
      expect(await hostTakes()).toBeLessThan(5_000);
      await other.bottle.stop();
      await until(async () => (await processesOf(other)) === 0, 'every process ends', 5_000);
      expect(performance.now() - lit).toBeLessThan(bombSeconds * 1000);
    } finally {
      await other.machine.end();
    }
  }, 120_000);

  it('109: memory is bounded, and taking too much ends only who took it', async () => {
    const answer = await inside.probe('memory', String(limits.memoryBytes / MiB + 512));
    expect(['killed KILL', 'ENOMEM', 'killed SEGV']).toContain(answer);
    expect(await inside.sh('echo alive')).toBe('alive');
  });

  it.each(['/tmp', '/home/agent'])('35: %s is bounded', async (folder) => {
    expect(await inside.probe('fill', `${folder}/big`, String(tmpMiB + 64))).toBe('ENOSPC');
    expect(await inside.sh(`echo small > ${folder}/small && cat ${folder}/small`)).toBe('small');
  });

  it('35: no other place takes what /tmp refuses', async () => {
    const others = await inside.sh(`for d in /dev/shm /run /var/tmp /run/lock /dev/mqueue; do [ -w $d ] && echo $d; done`);
    for (const folder of others.split('\n').filter((line) => line !== '')) {
      expect(['ENOSPC', 'EOPNOTSUPP'], folder).toContain(await inside.probe('fill', `${folder}/big`, String(tmpMiB + 64)));
    }
  });

  it('35: one file of the workspace is bounded', async () => {
    expect(await inside.probe('stretch', '/workspace/big', String(fileMiB + 1))).toBe('EFBIG');
    expect(await inside.probe('stretch', '/workspace/big', String(fileMiB - 1))).toBe('done');
  });

  it('114: dumps no core, and cannot switch that on', async () => {
    expect(await inside.sh('ulimit -Hc')).toBe('0');
    expect(await inside.probe('raise-core')).toBe('EPERM');
  });

  it.runIf(world === 'bubblewrap').each(['instances', 'signals', 'queues'])('leaves most of what the kernel counts by user to the person: %s', async (kind) => {
    const most = '1000000';
    const whole = await takenOutside(inside, kind, most);
    const session = await inside.bottle.exec({ argv: [probePath, 'take', kind, most] });
    try {
      const taken = await firstNumber(session.stdout);
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThanOrEqual(whole / 4);
      expect(await takenOutside(inside, kind, most)).toBeGreaterThanOrEqual(whole - taken - 1);
    } finally {
      session.stdin.end();
      await session.exited;
    }
  });

  it.runIf(world === 'bubblewrap')('leaves most of what the kernel counts by user to the person: watches', async () => {
    const whole = Number(await readFile('/proc/sys/fs/inotify/max_user_watches', 'latin1'));
    const [taken] = await inside.probeLines('take', 'watches', String(whole));
    expect(Number(taken)).toBe(Math.floor(whole / 4));
  }, 120_000);

  it.runIf(world === 'bubblewrap')('gives no bottle of a user more than its share by entering it twice', async () => {
    const session = await inside.bottle.exec({ argv: [probePath, 'take', 'instances', '1000000'] });
    try {
      expect(await firstNumber(session.stdout)).toBeGreaterThan(0);
      expect(await inside.probeLines('take', 'instances', '10')).toEqual(['0']);
    } finally {
      session.stdin.end();
      await session.exited;
    }
  });

  it('21: a flood of connections is answered or cut, and the proxy serves the next request', async () => {
    const [line = ''] = await inside.probeLines('flood', '5000');
    const [, asked, answered, cut, left] = (/^asked (\d+) answered (\d+) cut (\d+) left (\d+)$/.exec(line) ?? []).map(Number);
    expect(Number(answered) + Number(cut)).toBeGreaterThan(0);
    expect(Number(answered) + Number(cut) + Number(left)).toBeLessThanOrEqual(Number(asked));
    expect(Number(left)).toBe(0);
    const { out } = await inside.run(['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', 'http://denied.invalid/']);
    expect(out).toBe('403');
    expect(await hostTakes()).toBeLessThan(5_000);
  });
});
