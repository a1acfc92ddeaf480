import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DoctorCheck } from '../../../../schemas/protocol/bottle.ts';
import { run, type RunResult } from '../../process/run.ts';
import type { Runtime } from '../../ports.ts';
import type { Limits, Owner } from '../backend.ts';
import { currentArchitecture } from '../shared/seccomp/filter.ts';
import { planLimits } from './limits.ts';
import { unreadablePrograms } from './readable.ts';

/** The first release with `--disable-userns`. */
const oldestBubblewrap = [0, 8] as const;

/** Programs beside bwrap and the packages that hold them. */
const tools: readonly { readonly name: string; readonly package: string; readonly needed: (uid: number) => boolean }[] = [
  { name: 'mount', package: 'mount', needed: () => true },
  { name: 'nsenter', package: 'util-linux', needed: () => true },
  { name: 'prlimit', package: 'util-linux', needed: () => true },
  { name: 'setsid', package: 'util-linux', needed: () => true },
  { name: 'setpriv', package: 'util-linux', needed: (uid) => uid === 0 },
];

/** Any ordinary uid shows whether namespaces work for one who is not root. */
const ordinary: Owner = { uid: 65_534, gid: 65_534 };

const sampleLimits: Limits = { pids: 256, memoryBytes: 2 ** 30, cpus: 1, tmpBytes: 2 ** 20, fileBytes: 2 ** 20 };

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether bottles can be made of namespaces here; each check says what it saw and how to mend it. */
export async function probeMachine(runtime: Runtime, self: Owner, env: Environment, signal: AbortSignal): Promise<DoctorCheck[]> {
  const version = await bubblewrapVersion(signal);
  return [
    version,
    version.ok ? await namespaces(self, signal) : check('bubblewrap-namespaces', false, 'Not tried without bubblewrap.', version.fix),
    systemTools(self),
    filter(),
    terminal(runtime),
    ...(self.uid === 0 ? [programs(runtime)] : []),
    { ...check('bubblewrap-limits', true, planLimits('probe', sampleLimits, self.uid, env).says, '') },
  ];
}

async function bubblewrapVersion(signal: AbortSignal): Promise<DoctorCheck> {
  const id = 'bubblewrap';
  if (process.platform !== 'linux') return check(id, false, 'bubblewrap exists on Linux only.', 'Use the docker backend.');
  const said = await tried(['bwrap', '--version'], signal);
  if (said === undefined) return check(id, false, 'bubblewrap is not installed.', installHint('bubblewrap'));
  const found = /(\d+)\.(\d+)(\.\d+)?/.exec(said.stdout);
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  const recent = major > oldestBubblewrap[0] || (major === oldestBubblewrap[0] && minor >= oldestBubblewrap[1]);
  return check(id, recent, said.stdout.trim(), recent ? '' : 'bubblewrap 0.8.0 or later is needed: upgrade the package bubblewrap.');
}

async function namespaces(self: Owner, signal: AbortSignal): Promise<DoctorCheck> {
  const id = 'bubblewrap-namespaces';
  const lower = self.uid === 0 ? ['setpriv', '--reuid', String(ordinary.uid), '--regid', String(ordinary.gid), '--clear-groups', '--'] : [];
  const made = await tried([...lower, 'bwrap', '--unshare-user', '--unshare-net', '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', 'true'], signal);
  if (made?.code === 0) return check(id, true, 'An ordinary user may make user, network and process namespaces.', '');
  return check(id, false, `An ordinary user may not make namespaces: ${made?.stderr.trim().split('\n')[0] ?? 'setpriv is missing'}`, namespaceFix());
}

/** The result of a program; undefined when it is not there. Breaking off says nothing about the machine, and is passed on. */
async function tried(argv: readonly string[], signal: AbortSignal): Promise<RunResult | undefined> {
  return run(argv, { signal }).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown;
    return undefined;
  });
}

/** Each switch by which distributions forbid user namespaces, and how to allow them for bubblewrap. */
function namespaceFix(): string {
  if (setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return (
      'AppArmor keeps user namespaces from programs without a profile. Give bubblewrap one: write "abi <abi/4.0>, include <tunables/global> ' +
      'profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }" to /etc/apparmor.d/bwrap and run "sudo systemctl reload apparmor", or use the docker backend.'
    );
  }
  if (setting('/proc/sys/kernel/unprivileged_userns_clone') === '0') return 'sudo sysctl kernel.unprivileged_userns_clone=1, or use the docker backend.';
  if (setting('/proc/sys/user/max_user_namespaces') === '0') return 'sudo sysctl user.max_user_namespaces=15000, or use the docker backend.';
  return 'Inside a container, start it with user namespaces allowed, or use the docker backend.';
}

function systemTools(self: Owner): DoctorCheck {
  const missing = tools.filter(({ name, needed }) => needed(self.uid) && !['/usr/bin', '/bin', '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, name))));
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  const said = missing.length === 0 ? 'mount, nsenter, prlimit and setsid are there.' : `Missing: ${missing.map(({ name }) => name).join(', ')}.`;
  return check('bubblewrap-tools', missing.length === 0, said, missing.length === 0 ? '' : installHint(packages));
}

function filter(): DoctorCheck {
  const known = currentArchitecture() !== undefined;
  return check('bubblewrap-seccomp', known, known ? `A system call filter exists for ${process.arch}.` : `No system call filter exists for ${process.arch}.`, known ? '' : 'Use the docker backend.');
}

function terminal(runtime: Runtime): DoctorCheck {
  const id = 'bubblewrap-terminal';
  try {
    createRequire(join(runtime.dist, 'keeper.js')).resolve(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`);
    return check(id, true, 'The terminal library for this platform is there.', '');
  } catch {
    return check(id, false, `The terminal library for ${process.platform}-${process.arch} is missing.`, 'Install the extension built for this platform, or run npm install.');
  }
}

function programs(runtime: Runtime): DoctorCheck {
  const closed = unreadablePrograms(runtime);
  if (closed.length === 0) return check('bubblewrap-programs', true, "The agent's user may read Node and our programs.", '');
  return check('bubblewrap-programs', false, `Only root may read ${closed.join(', ')}, but the agent runs as another user.`, `chmod -R a+rX ${closed.join(' ')}`);
}

function setting(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

function installHint(packages: string): string {
  return `sudo apt-get install ${packages} (or the same packages by dnf, pacman, zypper).`;
}

function check(id: string, ok: boolean, detail: string, fix: string): DoctorCheck {
  return { id, ok, detail, fix };
}
