import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { outerPaths } from '../../../../schemas/protocol/bottleInit.ts';
import type { Runtime } from '../../ports.ts';
import type { BottleSpec, Owner } from '../backend.ts';
import type { RunPlaces } from './places.ts';

/** Where `bwrap --info-fd` reports the first process of the namespace; the keeper reads it. */
export const infoDescriptor = 3;

/** Only where that descriptor is open: bwrap would take it for one of its own and wait for ever. */
const reportsStart = ['--info-fd', String(infoDescriptor)];

export const toolPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Bind {
  readonly from: string;
  readonly to: string;
  readonly writable?: boolean;
}

/** A tree of files to show, the flags of the namespace around it, and the program in it. */
interface Confined {
  readonly binds: readonly Bind[];
  /** Empty folders of the tree, for mounts made later. */
  readonly folders: readonly string[];
  readonly flags: readonly string[];
  readonly program: readonly string[];
}

export const sidecarPaths = { control: '/b/control', log: '/b/log' } as const;

/** Command line of the outer namespace: user, network, mounts, pids; root only over itself; it runs init. */
export function outerCommand(spec: BottleSpec, runtime: Runtime, places: RunPlaces, self: Owner): string[] {
  const node = nodeView(runtime.node);
  const tmpfs = (path: string, perms: string, bytes: number): string[] => ['--perms', perms, '--size', String(bytes), '--tmpfs', path];
  return confine(spec.owner, self, {
    binds: [
      ...node.binds,
      { from: runtime.dist, to: outerPaths.dist },
      { from: places.bottle, to: outerPaths.run, writable: true },
      { from: places.sockets, to: outerPaths.sockets },
      ...workspaceBinds(spec),
      ...spec.mounts.map(({ host }, index) => ({ from: host, to: join(outerPaths.mounts, String(index)) })),
    ],
    folders: [outerPaths.home, outerPaths.tmp, outerPaths.made, ...(spec.workspace.mode === 'overlay' ? [outerPaths.workspace] : [])],
    flags: [
      ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--uid', '0', '--gid', '0', '--cap-add', 'ALL'],
      ...tmpfs(outerPaths.home, '0700', spec.limits.tmpBytes),
      ...tmpfs(outerPaths.tmp, '1777', spec.limits.tmpBytes),
      ...tmpfs(outerPaths.made, '0700', 16 * 1024 * 1024),
      ...environment(runtime),
      ...reportsStart,
    ],
    program: [node.path, join(outerPaths.dist, 'sidecars/init.js')],
  });
}

/** Command line of the egress sidecar: the host's network, and of its files only what it needs. */
export function sidecarCommand(spec: BottleSpec, runtime: Runtime, places: RunPlaces, self: Owner): string[] {
  const node = nodeView(runtime.node);
  return confine(spec.owner, self, {
    binds: [
      ...node.binds,
      { from: runtime.dist, to: outerPaths.dist },
      { from: places.sockets, to: outerPaths.sockets, writable: true },
      { from: places.control, to: sidecarPaths.control, writable: true },
      { from: join(spec.stateDir, 'egress'), to: sidecarPaths.log, writable: true },
      ...resolverBinds(),
    ],
    folders: [],
    flags: [
      ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--disable-userns', '--cap-drop', 'ALL'],
      ...['--uid', String(spec.owner.uid), '--gid', String(spec.owner.gid)],
      ...environment(runtime),
      ...reportsStart,
    ],
    program: [
      node.path,
      join(outerPaths.dist, 'sidecars/egress.js'),
      ...['--socket', join(outerPaths.sockets, 'egress.sock')],
      ...['--control', join(sidecarPaths.control, 'control.sock')],
      ...['--log', join(sidecarPaths.log, 'log.jsonl')],
      '--exit-on-stdin-end',
    ],
  });
}

/** Paths of the workspace as the outer namespace sees them; they need no escaping whatever the host's are called. */
export function outerWorkspace(spec: BottleSpec): { mode: 'overlay'; lower: string; upper: string; work: string } | { mode: 'copy'; dir: string } {
  const { workspace } = spec;
  if (workspace.mode === 'copy') return { mode: 'copy', dir: outerPaths.workspace };
  const parent = commonParent(workspace.upper, workspace.work);
  const inside = (path: string): string => join(outerPaths.scratch, relative(parent, path));
  return { mode: 'overlay', lower: outerPaths.lower, upper: inside(workspace.upper), work: inside(workspace.work) };
}

/**
 * An ordinary user makes tree and namespace in one step. For root, a first bwrap with root's reach makes the tree, then
 * the owner makes the namespace in it: no process of the bottle is root outside, and the owner need not reach the paths.
 */
export function confine(owner: Owner, self: Owner, { binds, folders, flags, program }: Confined): string[] {
  const tree = [
    ...['--ro-bind', '/usr', '/usr', ...systemFolders(), '--ro-bind', '/etc', '/etc'],
    // bwrap itself would make parents that only its own user can walk through.
    ...parentsOf([...folders, ...binds.map(({ to }) => to)]).flatMap((path) => ['--dir', path]),
    ...['/tmp', '/run', ...folders].flatMap((path) => ['--dir', path]),
    ...binds.flatMap(({ from, to, writable }) => [writable === true ? '--bind' : '--ro-bind', from, to]),
  ];
  const namespace = ['--die-with-parent', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', ...flags, '--chdir', '/', '--', ...program];
  if (self.uid !== 0) return ['bwrap', ...tree, ...namespace];
  return [
    ...['bwrap', '--die-with-parent', ...tree, '--dev-bind', '/proc', '/proc', '--dev-bind', '/dev', '/dev', '--'],
    ...['setpriv', '--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups', '--pdeathsig', 'KILL', '--'],
    ...['bwrap', '--dev-bind', '/', '/', ...namespace],
  ];
}

function environment(runtime: Runtime): string[] {
  return ['--clearenv', ...Object.entries({ PATH: toolPath, ...runtime.nodeEnv }).flatMap(([name, value]) => ['--setenv', name, value])];
}

function workspaceBinds({ workspace }: BottleSpec): Bind[] {
  if (workspace.mode === 'copy') return [{ from: workspace.dir, to: outerPaths.workspace, writable: true }];
  return [
    { from: workspace.lower, to: outerPaths.lower },
    // Upper and work must lie on one mount, so what is shown is the folder they share.
    { from: commonParent(workspace.upper, workspace.work), to: outerPaths.scratch, writable: true },
  ];
}

function commonParent(one: string, other: string): string {
  const parent = dirname(one);
  return parent === '/' || other.startsWith(`${parent}/`) ? parent : commonParent(parent, other);
}

/** Every folder above these paths, outermost first. */
function parentsOf(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) parents.add(parent);
  return [...parents].sort();
}

/** A Node in /usr is there already; any other is shown with the libraries that builds put beside it. */
function nodeView(node: string): { readonly path: string; readonly binds: readonly Bind[] } {
  const real = realpathSync(node);
  if (real.startsWith('/usr/')) return { path: real, binds: [] };
  const folder = dirname(real);
  const libraries = join(folder, '..', 'lib');
  const binds = [{ from: folder, to: join(outerPaths.node, 'bin') }];
  if (basename(folder) === 'bin' && existsSync(libraries)) binds.push({ from: realpathSync(libraries), to: join(outerPaths.node, 'lib') });
  return { path: join(outerPaths.node, 'bin', basename(real)), binds };
}

/** Top-level folders of the system: links into /usr where it is merged. */
function systemFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
}

/** `/etc/resolv.conf` often points out of /etc. */
function resolverBinds(): Bind[] {
  if (!existsSync('/etc/resolv.conf')) return [];
  const real = realpathSync('/etc/resolv.conf');
  return real.startsWith('/etc/') ? [] : [{ from: real, to: real }];
}
