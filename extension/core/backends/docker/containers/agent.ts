import { posix } from 'node:path';
import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { labelsOf, objectName } from '../bottle/objects.ts';
import { scrollbackLog, type ContainerContext } from './context.ts';
import { guestFolder } from './guest.ts';
import { agentCommand } from './prelude.ts';

/**
 * The agent's container: an ordinary user without a capability on a read-only root, in the bridge's network namespace.
 * Its environment is not written here, see `environmentScript`.
 */
export function agentContainer(context: ContainerContext): ContainerCreateOptions & { name: string } {
  const { spec, identity } = context;
  const { limits, owner } = spec;
  const tmpfs = `rw,exec,nosuid,nodev,uid=${owner.uid},gid=${owner.gid}`;
  return {
    name: objectName(identity, 'agent'),
    Image: context.images.agent,
    Labels: labelsOf(identity, 'agent'),
    User: `${owner.uid}:${owner.gid}`,
    WorkingDir: spec.guestWorkspace,
    Entrypoint: [],
    Cmd: agentCommand(spec.argv, spec.size),
    Tty: true,
    OpenStdin: true,
    HostConfig: {
      NetworkMode: `container:${objectName(identity, 'bridge')}`,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${context.seccomp}`],
      ReadonlyRootfs: true,
      Init: true,
      LogConfig: scrollbackLog,
      PidsLimit: limits.pids,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(Math.min(limits.cpus, context.engineCpus) * 1e9),
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: limits.fileBytes, Hard: limits.fileBytes },
      ],
      Tmpfs: {
        '/tmp': `${tmpfs},mode=1777,size=${limits.tmpBytes}`,
        [spec.guestHome]: `${tmpfs},mode=0700,size=${limits.tmpBytes}`,
        '/etc/ssl/certs': `rw,noexec,nosuid,nodev,uid=${owner.uid},gid=${owner.gid},mode=0755,size=4m`,
      },
      Mounts: [
        guestMount(context),
        workspaceMount(context),
        ...masks(context),
        ...spec.mounts.map(({ host, guest }) => readOnlyBind(host, guest)),
        // The engine would copy the host's name servers in: information about the host, of no use here.
        readOnlyBind('/dev/null', '/etc/resolv.conf'),
      ],
    },
  };
}

function guestMount({ identity, host }: ContainerContext): MountSettings {
  if (host !== null) return readOnlyBind(host.guest, guestFolder);
  return { Type: 'volume', Source: objectName(identity, 'guest'), Target: guestFolder, ReadOnly: true };
}

/** Hidden files are left out of what travels to an engine elsewhere, so only a mounted workspace needs masks. */
function masks({ spec, host, masked }: ContainerContext): MountSettings[] {
  return host === null ? [] : masked.map((path) => readOnlyBind(host.empty, posix.join(spec.guestWorkspace, path)));
}

function workspaceMount(context: ContainerContext): MountSettings {
  const { workspace, guestWorkspace } = context.spec;
  if (workspace.mode === 'copy' && context.host !== null) return { Type: 'bind', Source: workspace.dir, Target: guestWorkspace };
  return { Type: 'volume', Source: objectName(context.identity, 'workspace'), Target: guestWorkspace };
}

function readOnlyBind(host: string, guest: string): MountSettings {
  return { Type: 'bind', Source: host, Target: guest, ReadOnly: true };
}
