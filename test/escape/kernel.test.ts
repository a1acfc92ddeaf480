import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Captive, captive, probePath } from './support/fixture.ts';
import { hostProcesses, hostRun, until, type HostProcess } from './support/host.ts';
import { worlds } from './support/machine.ts';

/** `linux/sched.h`. */
const newNamespace = {
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  pid: 0x20000000,
  net: 0x40000000,
};
const size = { cols: 80, rows: 24 };

describe.each(worlds)('the kernel as a bottle sees it on %s', (world) => {
  let inside: Captive;
  beforeAll(async () => {
    inside = await captive(world);
  }, 600_000);
  afterAll(() => inside?.machine.end());

  it('control: the probes reach the kernel where nothing stops them', async () => {
    for (const name of ['x32', 'int80', 'perf', 'bpf']) expect(['done\n', 'ENOSYS\n', 'EACCES\n', 'EPERM\n']).toContain(await hostRun(inside.hostProbe, [name]));
    expect(await hostRun(inside.hostProbe, ['name-to-handle', '/'])).toBe('done\n');
    expect(await hostRun(inside.hostProbe, ['call', '39'])).toBe('done\n');
  });

  it.each(Object.entries(newNamespace))('37: makes no %s namespace', async (_name, flag) => {
    const hex = flag.toString(16);
    expect(await inside.probe('unshare', hex)).toBe('EPERM');
    expect(await inside.probe('clone', hex)).toBe('EPERM');
    expect(['EPERM', 'ENOSYS']).toContain(await inside.probe('clone3', hex));
  });

  it('37: makes no user namespace together with others', async () => {
    expect(await inside.probe('unshare', (newNamespace.user | newNamespace.mount | newNamespace.net).toString(16))).toBe('EPERM');
    expect((await inside.run(['unshare', '-Urmn', 'true'])).code).not.toBe(0);
  });

  it('17: joins no namespace', async () => {
    for (const name of ['net', 'mnt', 'user', 'pid']) {
      for (const pid of ['self', '1']) expect(['EPERM', 'EACCES', 'ENOENT']).toContain(await inside.probe('setns', `/proc/${pid}/ns/${name}`));
    }
  });

  it.each(['mount', 'bind', 'remount-root', 'pivot-root', 'chroot', 'fsopen', 'open-tree'])('37: %s is refused', async (name) => {
    expect(await inside.probe(name)).toBe('EPERM');
  });

  it('37: takes no mount away, the read-only and masked ones above all', async () => {
    for (const path of ['/', '/proc', '/workspace', '/usr', '/proc/sys', '/tmp']) expect(await inside.probe('umount', path)).toBe('EPERM');
  });

  it.each(['io-uring', 'bpf', 'perf', 'userfaultfd', 'module', 'kexec', 'reboot', 'swapon', 'clock', 'kernel-log', 'open-by-handle'])('%s is refused', async (name) => {
    const arguments_ = name === 'open-by-handle' ? ['/'] : [];
    expect(['EPERM', 'ENOSYS']).toContain(await inside.probe(name, ...arguments_));
  });

  it('has no userfaultfd device', async () => {
    expect(['ENOENT', 'EACCES']).toContain(await inside.probe('userfaultfd-device'));
  });

  it('cannot rename the machine', async () => {
    expect(await inside.probe('hostname', 'owned')).toBe('EPERM');
  });

  it('leaves and finds nothing in the kernel key rings', async () => {
    expect(['EPERM', 'ENOSYS']).toContain(await inside.probe('add-key', 'canary', 'x'));
    expect(['EPERM', 'ENOSYS']).toContain(await inside.probe('request-key', 'canary'));
    expect(['EPERM', 'ENOSYS']).toContain(await inside.probe('keyctl'));
  });

  it('47: calls of a foreign convention are killed or unknown', async () => {
    for (const name of ['int80', 'x32']) expect(['killed SYS', 'killed SEGV', 'ENOSYS', 'EPERM']).toContain(await inside.probe(name));
  });

  it('47: the forbidden calls do not come back under x32 numbers', async () => {
    // 101 ptrace, 165 mount, 272 unshare, 321 bpf, and x32's own ptrace at 521.
    for (const number of [101, 165, 272, 321, 521]) {
      expect(['killed SYS', 'ENOSYS', 'EPERM'], String(number)).toContain(await inside.probe('call', String(0x40000000 + number)));
    }
  });

  it.runIf(world === 'bubblewrap')('calls that nobody has reviewed do not exist (bubblewrap only: a profile for the Engine names calls, and cannot name these)', async () => {
    for (const number of [467, 480, 547]) expect(['ENOSYS', 'EPERM'], String(number)).toContain(await inside.probe('call', String(number)));
  });

  it.each(['tiocsti', 'tioclinux', 'tioccons', 'tiocsetd'])('41: %s on its terminal is refused', async (name) => {
    const { out } = await inside.run([probePath, name], { tty: size });
    expect(out.trim().split(/\r?\n/).at(-1)).toBe('EPERM');
  });

  it('41: types nothing into the terminal it was started from', async () => {
    const session = await inside.bottle.attach(size);
    let seen = '';
    session.output.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
    session.input.write(`${probePath} tiocsti; echo end-of-${'probe'}\n`);
    await expect.poll(() => /EPERM[\s\S]*\nend-of-probe/.test(seen.replaceAll('\r', '')), { timeout: 10_000 }).toBe(true);
    session.detach();
  });

  it('has no capability, no way to one, and a filter', async () => {
    const status = await inside.sh('cat /proc/self/status');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(await inside.probe('ambient')).toBe('EPERM');
  });

  it('the agent itself is fenced like a command beside it', async () => {
    const agents = await inside.sh(`for p in /proc/[0-9]*; do if grep -q '^Name:\\sbash$' $p/status; then grep -hE '^(CapEff|CapBnd|NoNewPrivs|Seccomp|Uid):' $p/status; fi; done`);
    expect(agents).toMatch(/CapEff:\s+0+\n/);
    expect(agents).toMatch(/CapBnd:\s+0+\n/);
    expect(agents).toMatch(/NoNewPrivs:\s+1\n/);
    expect(agents).toMatch(/Seccomp:\s+2/);
    expect(agents).not.toMatch(/Uid:\s+0\b/);
  });

  it('42: becomes nobody else', async () => {
    expect(['EPERM', 'EINVAL']).toContain(await inside.probe('become-root'));
    expect(['EPERM', 'EINVAL']).toContain(await inside.probe('join-group-root'));
    expect(await inside.sh('id -u')).not.toBe('0');
    const groups = await inside.sh('id -G');
    expect(groups.split(' ')).not.toContain('0');
  });

  it('is an ordinary user for the kernel too, whatever it is called inside', async () => {
    const name = `who-am-i-${process.pid}-${world}`;
    const session = await inside.bottle.exec({ argv: ['/bin/bash', '-c', `exec -a ${name} sleep 100004`] });
    let found: readonly HostProcess[] = [];
    await until(async () => (found = (await hostProcesses()).filter(({ command }) => command.startsWith(name))).length === 1, 'the command starts');
    expect(found.map(({ uid }) => uid)).toEqual([inside.machine.owner.uid]);
    expect(inside.machine.owner.uid).not.toBe(0);
    session.kill();
  });
});
