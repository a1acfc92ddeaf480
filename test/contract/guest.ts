import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/backends/read.ts';
import { type Bench, idle, seen } from './bench.ts';

/** The record of an agent's end, which is there a moment after it. */
async function recorded(stateDir: string): Promise<unknown> {
  const file = `${stateDir}/exit.json`;
  await eventually(async () => existsSync(file), (there) => there, 10_000);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What the agent finds: workspace, files, environment, user. */
export function describeGuest(use: () => Bench, isolates: boolean): void {
  describe.runIf(isolates)('guest', () => {
    afterEach(() => use().clear());

    it('runs the agent as its owner, with a name, without any capability and without a way to gain one', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'id -u; id -g; id -un; grep -E "^(Cap(Eff|Prm|Bnd|Inh|Amb)|NoNewPrivs|Seccomp):" /proc/self/status');
      const { uid, gid } = use().world.owner;
      expect(stdout.trim().split(/\n/)).toEqual([
        String(uid), String(gid), 'agent',
        ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => `${name}:\t0000000000000000`),
        'NoNewPrivs:\t1', 'Seccomp:\t2',
      ]);
    });

    it('shows the agent exactly the environment of its spec', async () => {
      const { bottle, spec } = await use().start({ script: idle, env: { EXTRA: 'two words\nand a line', EMPTY: '' } });
      const { stdout } = await use().run(bottle, 'cat /proc/self/environ');
      const seen = Object.fromEntries(stdout.split('\0').filter((entry) => entry !== '').map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
      const { PWD: _pwd, OLDPWD: _old, SHLVL: _level, _: _last, HOSTNAME: _host, ...rest } = seen;
      expect(rest).toEqual(spec.env);
    });

    it('writes files of the spec with their modes, owned by the agent', async () => {
      const { bottle } = await use().start({
        script: idle,
        files: [
          { path: '/home/agent/.config/tool/settings.json', mode: 0o600, content: '{"a":1}' },
          { path: '/home/agent/bin/tool', mode: 0o755, content: new Uint8Array([35, 33, 47, 98, 105, 110, 47, 115, 104, 10]) },
        ],
      });
      const { stdout } = await use().run(bottle, 'stat -c "%a %u" ~/.config/tool/settings.json ~/bin/tool ~; cat ~/.config/tool/settings.json; ~/bin/tool && echo ran; touch ~/.config/tool/more && echo writable');
      const { uid } = use().world.owner;
      expect(stdout).toBe(`600 ${String(uid)}\n755 ${String(uid)}\n700 ${String(uid)}\n{"a":1}ran\nwritable\n`);
    });

    it('has the bottle authority as its whole trust store', async () => {
      const { bottle, spec } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'cat /etc/ssl/certs/ca-certificates.crt');
      expect(stdout.trim()).toBe(spec.caCertPem.trim());
    });

    it.each(['overlay', 'copy'] as const)('lets the agent work in the workspace and leaves the host folder as it was (%s)', async (mode) => {
      const bench = use();
      if (!bench.world.modes.includes(mode)) return;
      const { bottle, workspace, spec } = await bench.start({ script: idle, mode, workspace: { 'a.txt': 'a\n', 'd/b.txt': 'b\n', 'gone.txt': 'x\n' } });
      const { code } = await bench.run(bottle, 'set -e; echo changed >a.txt; echo new >d/new.txt; rm gone.txt; cat d/b.txt');
      expect(code).toBe(0);
      expect(readFileSync(`${workspace}/a.txt`, 'utf8')).toBe('a\n');
      expect(readdirSync(workspace).sort()).toEqual(['a.txt', 'd', 'gone.txt']);
      await bottle.pullWorkspace(new AbortController().signal);
      const changed = spec.workspace.mode === 'overlay' ? spec.workspace.upper : spec.workspace.dir;
      expect(readFileSync(`${changed}/a.txt`, 'utf8')).toBe('changed\n');
      expect(readFileSync(`${changed}/d/new.txt`, 'utf8')).toBe('new\n');
    });

    it('names what is in a merged folder, also when the agent replaced it', async () => {
      const bench = use();
      if (!bench.world.modes.includes('overlay')) return;
      const { bottle } = await bench.start({ script: idle, mode: 'overlay', workspace: { 'd/old.txt': 'o\n', 'e/one.txt': '1\n' } });
      await bench.run(bottle, 'rm -r d && mkdir d && echo n >d/new.txt; echo 2 >e/two.txt; ln -s /etc link');
      const names = await bottle.mergedNames(['d', 'e', 'absent', 'link', '']);
      expect([...names].map(([folder, inside]) => [folder, [...inside].sort()])).toEqual([
        ['d', ['new.txt']],
        ['e', ['one.txt', 'two.txt']],
        ['', ['d', 'e', 'link']],
      ]);
    });

    it('masks hidden files with empty ones that cannot be taken away', async () => {
      const { bottle } = await use().start({ script: idle, hidden: ['.env', 'deep/.env'], workspace: { '.env': 'SECRET=1\n', 'deep/.env': 'SECRET=2\n', 'seen.txt': 's\n' } });
      const { stdout } = await use().run(bottle, 'cat .env deep/.env seen.txt; echo x 2>/dev/null >.env; rm -f .env deep/.env 2>/dev/null; cat .env deep/.env; ls .env deep/.env');
      expect(stdout).toBe('s\n.env\ndeep/.env\n');
    });

    it('keeps the agent within its limits', async () => {
      const { bottle } = await use().start({ script: idle, limits: { pids: 40, tmpBytes: 4 * 1024 * 1024, fileBytes: 2 * 1024 * 1024 } });
      const full = await use().run(bottle, 'for i in 1 2 3 4 5; do head -c 1500000 /dev/zero >/tmp/f$i || echo full; done 2>/dev/null; rm -f /tmp/f*');
      expect(full.stdout).toContain('full');
      const file = await use().run(bottle, 'head -c 3000000 /dev/zero >big; stat -c %s big');
      expect(Number(file.stdout.trim())).toBeLessThanOrEqual(2 * 1024 * 1024);
      const forks = await use().run(bottle, 'n=0; while [ $n -lt 100 ]; do sleep 20 & n=$((n+1)); done 2>/dev/null; ps -e | grep -c sleep');
      expect(Number(forks.stdout.trim() || '0')).toBeLessThan(41);
      await eventually(() => use().run(bottle, 'echo back').catch(() => ({ stdout: '' })), ({ stdout }) => stdout === 'back\n', 30_000);
    });

    it.each(['sessionMs', 'idleMs'] as const)('ends the agent when its time is over and keeps what it made, where the backend holds %s', async (limit) => {
      const { backend } = use().world;
      if (!backend.holds.has(limit)) return;
      const { bottle, spec } = await use().start({ script: 'echo made > made.txt; sleep 1000', limits: { [limit]: 1_500 } });
      expect(await bottle.exited).toBe(137);
      const session = await bottle.attach({ cols: 80, rows: 24 });
      expect(await seen(session, /its changes are kept/i)).toContain(limit === 'sessionMs' ? 'session_time' : 'idle_time');
      expect(await recorded(spec.stateDir)).toMatchObject({ endedBy: limit === 'sessionMs' ? 'session_time' : 'idle_time' });
    });

    it.each(['overlay', 'copy'] as const)('ends an agent that writes too much into its workspace and keeps what it made, where the backend holds diskBytes (%s)', async (mode) => {
      const { backend, modes } = use().world;
      if (!backend.holds.has('diskBytes') || !modes.includes(mode)) return;
      const script = 'head -c 3000000 /dev/zero >/tmp/free; for i in $(seq 1000); do head -c 1000000 /dev/zero >"made $i.bin"; sleep 0.2; done';
      const { bottle, spec } = await use().start({ script, mode, workspace: { 'there.bin': 'x'.repeat(5_000_000) }, limits: { diskBytes: 4_000_000 } });
      expect(await bottle.exited).toBe(137);
      const session = await bottle.attach({ cols: 80, rows: 24 });
      expect(await seen(session, /its changes are kept/i)).toContain('resources.disk');
      const made = spec.workspace.mode === 'overlay' ? spec.workspace.upper : spec.workspace.dir;
      expect(readdirSync(made).filter((name) => name.startsWith('made')).length).toBeGreaterThan(3);
      expect(await recorded(spec.stateDir)).toMatchObject({ code: 137, endedBy: 'disk' });
    });

    it.each([
      ['a file that is deleted and still open', 'exec 3>gone; rm gone; head -c 6000000 /dev/zero >&3; sleep 1000'],
      ['folders nested deeper than a path may be long', 'exec bash -c \'for i in {1..30}; do mkdir $(printf "%0200d" 0) && cd $(printf "%0200d" 0) || exit 3; done; head -c 6000000 /dev/zero >deep; sleep 1000\''],
      ['folders nobody may read', 'mkdir shut; head -c 6000000 /dev/zero >shut/in; chmod 000 shut; sleep 1000'],
      ['very many empty files', 'seq 1100 | xargs touch; sleep 1000'],
    ])('counts %s, where the backend holds diskBytes', async (_what, script) => {
      const { backend } = use().world;
      if (!backend.holds.has('diskBytes')) return;
      const { bottle, spec } = await use().start({ script, limits: { diskBytes: 4_000_000 } });
      expect(await bottle.exited).toBe(137);
      expect(await recorded(spec.stateDir)).toMatchObject({ endedBy: 'disk' });
    });

    it('cannot write outside home, workspace and temporary folders', async () => {
      const { bottle } = await use().start({ script: idle });
      const { stdout } = await use().run(bottle, 'for d in / /usr /etc /bin /dev /proc/sys/kernel /opt /var; do [ -d $d ] && touch $d/x 2>/dev/null && echo $d; done; echo done');
      expect(stdout).toBe('done\n');
    });
  });
}
