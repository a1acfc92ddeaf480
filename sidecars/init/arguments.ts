import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type InitConfig, outerPaths } from '../../schemas/protocol/bottleInit.ts';
import type { Shown } from './guestFiles.ts';
import { userShareOptions } from './userShare.ts';

/** Descriptors that a sandboxed process starts with, beside its three streams. Fixed, so that arguments are data. */
export const descriptors = { status: 3, args: 4, seccomp: 5, userNamespace: 6 } as const;

/** Top-level folders that are links into /usr on a merged system, or folders of their own. */
const systemFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** What agent and commands have in common: no right, one filter, one environment, the workspace as folder. */
function common(config: InitConfig): string[] {
  return [
    ...['--cap-drop', 'ALL'],
    '--die-with-parent',
    ...['--seccomp', String(descriptors.seccomp)],
    '--clearenv',
    ...Object.entries(config.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', config.guestWorkspace],
  ];
}

/** Arguments of the `bwrap` that makes the agent's own namespaces. */
export function agentArguments(config: InitConfig, etc: readonly Shown[]): string[] {
  const { guestHome, guestWorkspace, limits } = config;
  const tmpfs = (path: string): string[] => ['--size', String(limits.tmpBytes), '--tmpfs', path];
  const show = ({ from, guest }: Shown): string[] => ['--ro-bind', from, guest];
  return [
    ...['--unshare-user', '--disable-userns', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--uid', String(config.uid), '--gid', String(config.gid), '--hostname', 'bottle'],
    // bwrap itself would make parents that only the agent can walk through, unlike on any other machine.
    ...parentsOf(['/var/tmp', guestHome, guestWorkspace, ...[...etc, ...config.mounts].map(({ guest }) => guest)]),
    ...['--ro-bind', '/usr', '/usr'],
    ...systemFolders.flatMap(systemFolder),
    ...etc.flatMap(show),
    ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys'],
    // Terminals of the agent live in the outer namespace's devpts, where init opened them.
    ...['--dev', '/dev', '--dev-bind', '/dev/pts', '/dev/pts', ...tmpfs('/dev/shm'), '--remount-ro', '/dev'],
    ...tmpfs('/run'),
    ...['--bind', outerPaths.tmp, '/tmp', '--bind', outerPaths.tmp, '/var/tmp', '--symlink', '/run', '/var/run'],
    ...['--bind', outerPaths.home, guestHome, '--bind', outerPaths.workspace, guestWorkspace],
    ...config.hidden.filter(isFileOfWorkspace).flatMap((path) => ['--ro-bind', join(outerPaths.made, 'empty'), join(guestWorkspace, path)]),
    ...config.mounts.flatMap(({ from, guest }) => show({ from, guest })),
    ...['--remount-ro', '/'],
    ...['--json-status-fd', String(descriptors.status)],
    ...common(config),
  ];
}

/** Arguments of the `bwrap` that puts a command beside the agent, already inside the agent's mounts. */
export function commandArguments(config: InitConfig): string[] {
  return ['--userns', String(descriptors.userNamespace), '--dev-bind', '/', '/', ...common(config)];
}

/** Runs the program under its rlimits, as leader of a session of its own, on its own terminal when it has one. */
export function limited(config: InitConfig, argv: readonly string[], tty: boolean): string[] {
  const { pids, fileBytes, processMemoryBytes } = config.limits;
  const twice = (value: number): string => `${String(value)}:${String(value)}`;
  return [
    'prlimit',
    `--nproc=${twice(pids)}`,
    `--fsize=${twice(fileBytes)}`,
    '--core=0:0',
    ...userShareOptions(),
    ...(processMemoryBytes === undefined ? [] : [`--data=${twice(processMemoryBytes)}`]),
    'setsid',
    ...(tty ? ['--ctty'] : []),
    ...argv,
  ];
}

/** Folders above these guest paths, outermost first; those of /usr are there. */
function parentsOf(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) parents.add(parent);
  return [...parents].filter((parent) => !`${parent}/`.startsWith('/usr/')).sort().flatMap((parent) => ['--dir', parent]);
}

function systemFolder(name: string): string[] {
  const path = `/${name}`;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

/** A mask is only laid over a file that is there, reached without a link, so that bwrap creates nothing for it. */
function isFileOfWorkspace(path: string): boolean {
  const full = join(outerPaths.workspace, path);
  const stat = lstatSync(full, { throwIfNoEntry: false });
  return stat?.isFile() === true && realpathSync(full) === full;
}
