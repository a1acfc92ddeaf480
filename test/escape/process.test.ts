import { spawn } from 'node:child_process';
import { chmod, copyFile, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Captive, captive, probePath } from './support/fixture.ts';
import { hostProcesses, hostRun, until } from './support/host.ts';
import { run } from './support/inside.ts';
import { worlds } from './support/machine.ts';

const named = async (name: string): Promise<number[]> => (await hostProcesses()).filter(({ command }) => command.startsWith(name)).map(({ pid }) => pid);

async function plantSetuid(workspace: string): Promise<void> {
  const path = join(workspace, 'setuid-probe');
  await copyFile(join(workspace, 'probe'), path);
  await chown(path, 0, 0);
  await chmod(path, 0o4755);
}

/** A bottle whose agent ended runs nothing more; one that lives gets its refusal from the proxy. */
async function stillFenced({ machine, slug }: Captive): Promise<boolean> {
  const state = (await machine.bottles.list()).find((one) => one.slug === slug)?.state;
  if (state !== 'running') return true;
  const argv = ['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', 'http://denied.invalid/'];
  const said = await run(await machine.bottles.running(slug), argv).catch(() => undefined);
  return said === undefined || said.out === '403';
}

describe.each(worlds)('the processes of a bottle on %s', (world) => {
  let inside: Captive;
  beforeAll(async () => {
    inside = await captive(world);
  }, 600_000);
  afterAll(() => inside?.machine.end());

  it('38: sees no process of the host, of the sidecar or of the bridge', async () => {
    const commands = await inside.sh(`for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done 2>/dev/null`);
    for (const word of ['egress', 'bridge', 'keeper', 'vitest', 'dockerd', 'init.js']) expect(commands).not.toContain(word);
    expect(await inside.probe('signal', String(process.pid))).toBe('ESRCH');
    expect(await inside.sh(`ls -d /proc/${process.pid} 2>/dev/null`)).toBe('');
  });

  it('38, 39: reads, steers and robs no process, pid 1 above all', async () => {
    for (const name of ['seize', 'read-memory', 'steal-descriptor']) expect(await inside.probe(name, '1')).toBe('EPERM');
    const own = await inside.sh('echo $PPID');
    expect(await inside.probe('seize', own)).toBe('EPERM');
    // The bottle still answers.
    expect(await inside.sh('echo alive')).toBe('alive');
  });

  it('39: pid 1, which may be of the same user, holds no more rights than the agent', async () => {
    const status = await inside.sh('cat /proc/1/status');
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(status).not.toMatch(/^Uid:\s+0\s/m);
  });

  it('finds no shared memory of the host', async () => {
    const key = String(0x0b0b0000 + (process.pid & 0xffff));
    expect(await hostRun(inside.hostProbe, ['make-shm', key])).toMatch(/done\n$/);
    try {
      expect(await inside.probe('find-shm', key)).toBe('ENOENT');
    } finally {
      await hostRun(inside.hostProbe, ['remove-shm', key]);
    }
  });

  it('42: set-user-id programs give no rights', async () => {
    for (const argv of [['su', '-c', 'id -u'], ['mount', '-t', 'tmpfs', 'none', '/tmp'], ['passwd', '-d', 'root'], ['sudo', '-n', 'id']]) {
      const { code, out } = await inside.run(argv, { patienceMs: 10_000 });
      expect(code, argv.join(' ')).not.toBe(0);
      expect(out).not.toMatch(/^0$/m);
    }
  });

  it.skipIf(process.geteuid?.() !== 0)('42: a set-user-id program of root in the workspace runs as the agent (only root can plant one)', async () => {
    const other = await captive(world, {}, { prepare: plantSetuid });
    try {
      const uid = await other.sh('id -u');
      const { out } = await other.run(['/workspace/setuid-probe', 'ids']);
      expect(out).toMatch(new RegExp(`^uid ${uid} ${uid} ${uid} `));
    } finally {
      await other.machine.end();
    }
  });

  it('inherits nothing open: neither the agent nor a command beside it', async () => {
    const own = await inside.probeLines('descriptors');
    for (const line of own) expect(line).toMatch(/^descriptor ([0-2] (pipe:|socket:|\/dev\/pts\/|\/dev\/console)|\d+ \/dev\/null$)/);
    const agent = await inside.sh(`for p in /proc/[0-9]*; do grep -q '^Name:\\sbash$' $p/status && ls -l $p/fd | awk 'NR > 1 {print $9, $11}'; done`);
    expect(agent).not.toBe('');
    // Bash keeps a copy of its terminal at 255.
    for (const line of agent.split('\n')) expect(line).toMatch(/^((0|1|2|255) (\/dev\/pts\/|\/dev\/tty|\/dev\/console)|\d+ \/dev\/null$)/);
  });

  it('inherits no variable that makes programs run something', async () => {
    const names = (await inside.sh('env')).split('\n').map((line) => line.split('=')[0]);
    for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'NODE_OPTIONS', 'BASH_ENV', 'ENV', 'PERL5OPT', 'PYTHONSTARTUP', 'GIT_SSH_COMMAND', 'SSH_AUTH_SOCK', 'DOCKER_HOST', 'VSCODE_IPC_HOOK_CLI']) {
      expect(names).not.toContain(name);
    }
  });

  it('46: a command whose caller goes away is ended, its children too', async () => {
    const name = `dropped-${process.pid}-${world}`;
    const session = await inside.bottle.exec({ argv: ['/bin/bash', '-c', `exec -a ${name} sleep 100001`] });
    await until(async () => (await named(name)).length === 1, 'the command starts');
    session.kill();
    await until(async () => (await named(name)).length === 0, 'the command ends', 5_000);
  });

  it('46: so is one with a terminal', async () => {
    const name = `hung-up-${process.pid}-${world}`;
    const session = await inside.bottle.exec({ argv: ['/bin/bash', '-c', `exec -a ${name} sleep 100002`], tty: { cols: 80, rows: 24 } });
    session.stdout.resume();
    await until(async () => (await named(name)).length === 1, 'the command starts');
    session.kill();
    await until(async () => (await named(name)).length === 0, 'the command ends', 5_000);
  });

  it('killing everything it can see leaves the fence standing and the host alone', async () => {
    const other = await captive(world);
    const name = `bystander-${process.pid}-${world}`;
    const bystander = spawn('sleep', ['100003'], { argv0: name, uid: other.machine.owner.uid });
    try {
      await until(async () => (await named(name)).length === 1, 'the bystander starts');
      await other.run([probePath, 'kill-everything'], { patienceMs: 15_000 }).catch(() => undefined);
      expect(await named(name)).toEqual([bystander.pid]);
      expect(await stillFenced(other)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
      await other.machine.end();
    }
  });

  it('45: nothing of a bottle outlives its stop, daemons of their own session included', async () => {
    const other = await captive(world);
    const name = `daemon-${process.pid}-${world}`;
    try {
      await other.probe('daemonise', name);
      await until(async () => (await named(name)).length === 1, 'the daemon starts');
      await other.bottle.stop();
      await until(async () => (await named(name)).length === 0, 'the daemon ends', 2_000);
    } finally {
      await other.machine.end();
    }
  });
});
