import type { ContainerCreateOptions } from 'dockerode';
import { logFile } from '../bottle/hostSide.ts';
import { labelsOf, objectName } from '../bottle/objects.ts';
import { socketFolder } from './bridge.ts';
import { ownLimits, shortLog, type ContainerContext } from './context.ts';

/** The sidecar's control socket: in a tmpfs of its own container, so only an exec there reaches it. */
export const controlSocket = '/run/control/control.sock';
const logFolder = '/var/lib/bottle';

/**
 * The egress proxy, on the engine's default network. It starts knowing nothing: routes, credentials and the bottle's
 * authority reach it through the control channel and stay in its memory.
 */
export function sidecarContainer(context: ContainerContext): ContainerCreateOptions & { name: string } {
  const { spec, identity } = context;
  const [uid, gid] = context.sidecarUser.split(':');
  const tmpfs = `rw,noexec,nosuid,nodev,uid=${uid},gid=${gid},mode=0700`;
  return {
    name: objectName(spec.slug, 'sidecar'),
    Image: context.images.sidecar,
    Labels: labelsOf(identity, 'sidecar'),
    Hostname: 'sidecar',
    User: context.sidecarUser,
    Entrypoint: [],
    Cmd: ['node', '/app/egress.js', '--socket', `${socketFolder}/egress.sock`, '--control', controlSocket, '--log', `${logFolder}/log.jsonl`],
    HostConfig: {
      NetworkMode: 'bridge',
      ExtraHosts: [...context.extraHosts],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Init: true,
      LogConfig: shortLog,
      ...ownLimits,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }, { Name: 'nofile', Soft: 16_384, Hard: 16_384 }],
      Tmpfs: { '/run/control': `${tmpfs},size=1m`, '/tmp': `${tmpfs},size=16m`, ...(context.local ? {} : { [logFolder]: `${tmpfs},size=256m` }) },
      Mounts: [
        { Type: 'volume', Source: objectName(spec.slug, 'sockets'), Target: socketFolder },
        ...(context.local ? [{ Type: 'bind' as const, Source: logFile(spec.stateDir), Target: `${logFolder}/log.jsonl` }] : []),
      ],
    },
  };
}
