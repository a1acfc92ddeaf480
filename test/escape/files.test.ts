import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Captive, captive } from './support/fixture.ts';
import { worlds } from './support/machine.ts';
import { treeOf } from './support/tree.ts';

/** Files below /proc that anybody may open for writing, because they only ever concern the one who opens them. */
const harmlessInProc = /^\/proc\/pressure\//;

describe.each(worlds)('the file system of a bottle on %s', (world) => {
  let inside: Captive;
  let outside: string;
  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'bot-bottle-outside-'));
    await writeFile(join(outside, 'canary.txt'), 'host\n');
    inside = await captive(world, {}, {
      files: { 'src/a.txt': 'a\n', 'src/deep/b.txt': 'b\n', 'gone.txt': 'gone\n' },
      prepare: (workspace) => symlink(outside, join(workspace, 'way-out')),
    });
  }, 600_000);
  afterAll(async () => {
    await inside?.machine.end();
    await rm(outside, { recursive: true, force: true });
  });

  it.each(['/', '/usr', '/usr/bin', '/etc', '/opt', '/var', '/lib', '/bin', '/sbin', '/dev', '/proc', '/sys', '/root', '/home', '/mnt', '/srv'])('25: writes nothing into %s', async (folder) => {
    expect(await inside.sh(`( : > ${folder}/canary ) 2>/dev/null && echo written; ls ${folder}/canary 2>/dev/null`)).toBe('');
  });

  it('25: replaces none of the programs and settings that it runs on', async () => {
    for (const file of ['/bin/sh', '/usr/bin/env', '/etc/passwd', '/etc/nsswitch.conf', '/etc/hosts', '/etc/ld.so.cache']) {
      expect(await inside.sh(`( : >> ${file} ) 2>/dev/null && echo written; mv ${file} ${file}.old 2>/dev/null && echo moved`), file).toBe('');
    }
  });

  it('opens no setting of the kernel for writing, core_pattern above all', async () => {
    const found = await inside.probeLines('writable', '/proc', '/sys');
    expect(found.filter((line) => !harmlessInProc.test(line.replace(/^writable /, '')))).toEqual([]);
    expect(await inside.sh('( : >> /proc/sys/kernel/core_pattern ) 2>/dev/null && echo open')).toBe('');
    expect(await inside.sh('( : >> /proc/sysrq-trigger ) 2>/dev/null && echo open')).toBe('');
  });

  it('F004: reads no secret of the machine', async () => {
    for (const file of ['/etc/shadow', '/etc/ssh/ssh_host_ed25519_key', '/root/.ssh', '/root/.bash_history', '/proc/kcore', '/dev/mem', '/dev/kmsg', '/proc/1/root/root', '/proc/keys']) {
      expect(await inside.sh(`head -c 1 ${file} 2>/dev/null | wc -c; ls ${file}/ 2>/dev/null | wc -l`), file).toMatch(/^0\s0$/);
    }
  });

  it('sees nothing of the host in /tmp, /var/tmp, /run, /home, /root', async () => {
    expect(await inside.sh(`ls -d ${outside} ${inside.workspace} ${inside.machine.home} 2>/dev/null`)).toBe('');
    expect((await inside.sh('ls -A /home')).split('\n')).toEqual(['agent']);
    expect(await inside.sh('ls -A /root 2>/dev/null')).toBe('');
  });

  it('102: sees none of the folders where the host keeps the bottle', async () => {
    const { scratch } = await inside.machine.bottles.metadata(inside.slug);
    expect(await inside.sh(`ls -d ${scratch} ${join(scratch, '..')} ${join(inside.machine.home, 'state')} 2>/dev/null`)).toBe('');
  });

  it('makes no device', async () => {
    for (const [name, path] of [['disk', '/workspace/disk'], ['char-device', '/tmp/mem'], ['char-device', '/home/agent/mem']] as const) {
      expect(await inside.probe(name, path)).toBe('EPERM');
    }
    expect(await inside.probeLines('kind', 'b')).toEqual([]);
  });

  it('has only devices that hold nothing', async () => {
    const harmless = /^found (\/dev\/(null|zero|full|random|urandom|tty|console|ptmx|pts\/(ptmx|\d+))|\/proc\/.*|\/sys\/.*|\/etc\/resolv\.conf)$/;
    const found = await inside.probeLines('kind', 'c');
    expect(found).toContain('found /dev/null');
    expect(found.filter((line) => !harmless.test(line))).toEqual([]);
  });

  it('26: a link of the workspace that points out of it leads nowhere', async () => {
    expect(await inside.sh('cat /workspace/way-out/canary.txt 2>/dev/null; echo x > /workspace/way-out/new 2>/dev/null; ls /workspace/way-out/ 2>/dev/null')).toBe('');
    await inside.sh(`ln -s ${outside}/canary.txt /workspace/mine; echo owned > /workspace/mine; rm -f /workspace/mine`);
    expect(await readFile(join(outside, 'canary.txt'), 'utf8')).toBe('host\n');
    expect(await treeOf(outside)).toEqual([expect.stringContaining('canary.txt')]);
  });

  it('29: whatever it does to its workspace, the folder of the host stays as it was', async () => {
    const before = await treeOf(inside.workspace);
    const script = [
      'echo changed >> README.md', 'rm gone.txt', 'chmod 777 src/a.txt', 'mv src/deep src/moved', 'rm -r src/moved', 'mkdir src/deep', 'echo new > src/deep/c.txt',
      'touch -d 2001-01-01 src/a.txt', 'ln -s / root-link', 'ln README.md hard', 'mkfifo pipe', 'mkdir -p .git/hooks', 'echo evil > .git/hooks/post-checkout', 'truncate -s 0 src/a.txt',
    ].join(' && ');
    expect(await inside.sh(`cd /workspace && ${script} && echo all`)).toBe('all');
    expect(await treeOf(inside.workspace)).toEqual(before);
  });

  it('29: the folder of the host itself keeps its owner, mode and time', async () => {
    const before = await stat(inside.workspace);
    await inside.sh('chmod 700 /workspace; touch -d 2001-01-01 /workspace; mkdir /workspace/x');
    const after = await stat(inside.workspace);
    expect([after.uid, after.gid, after.mode, after.mtimeMs]).toEqual([before.uid, before.gid, before.mode, before.mtimeMs]);
  });

  it('cannot reach the files of the host through /proc', async () => {
    for (const way of ['/proc/1/root', '/proc/1/cwd', '/proc/self/root/..', '/workspace/../..', '/proc/self/cwd/../..']) {
      expect(await inside.sh(`ls -d ${way}${outside} 2>/dev/null`), way).toBe('');
    }
  });
});
