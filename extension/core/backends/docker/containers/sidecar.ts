import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { labelsOf, objectName } from '../bottle/objects.ts';
import { socketFolder } from './bridge.ts';
import { ownProgram, type ContainerContext } from './context.ts';

const controlFolder = '/run/control';
/** The sidecar's control socket. The folder is the host's, or of this container alone and reached by an exec there. */
export const controlSocket = `${controlFolder}/control.sock`;
const logFolder = '/var/lib/bottle';
const logPath = `${logFolder}/log.jsonl`;

/**
 * The egress proxy, on the engine's default network. It starts knowing nothing: routes, credentials and the bottle's
 * authority reach it through the control channel and stay in its memory.
 */
export function sidecarContainer(context: ContainerContext): ContainerCreateOptions & { name: string } {
  const { identity } = context;
  const [uid, gid] = context.sidecarUser.split(':');
  const tmpfs = `rw,noexec,nosuid,nodev,uid=${uid},gid=${gid},mode=0700`;
  return {
    name: objectName(identity, 'sidecar'),
    Image: context.images.sidecar,
    Labels: labelsOf(identity, 'sidecar'),
    Hostname: 'sidecar',
    User: context.sidecarUser,
    Entrypoint: [],
    Cmd: ['node', '/app/egress.js', '--socket', `${socketFolder}/egress.sock`, '--control', controlSocket, '--log', logPath],
    HostConfig: {
      ...ownProgram,
      NetworkMode: 'bridge',
      ExtraHosts: [...context.extraHosts],
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }, { Name: 'nofile', Soft: 16_384, Hard: 16_384 }],
      Tmpfs: { '/tmp': `${tmpfs},size=16m`, ...(context.host === null ? { [controlFolder]: `${tmpfs},size=1m`, [logFolder]: `${tmpfs},size=256m` } : {}) },
      Mounts: sidecarMounts(context),
    },
  };
}

function sidecarMounts({ identity, host }: ContainerContext): MountSettings[] {
  if (host === null) return [{ Type: 'volume', Source: objectName(identity, 'sockets'), Target: socketFolder }];
  return [
    { Type: 'bind', Source: host.sockets, Target: socketFolder },
    { Type: 'bind', Source: host.control, Target: controlFolder },
    { Type: 'bind', Source: host.egress, Target: logFolder },
  ];
}
