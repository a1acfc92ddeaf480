import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { labelsOf, objectName } from '../bottle/objects.ts';
import { ownProgram, type ContainerContext } from './context.ts';
import { guestFolder } from './guest.ts';

/** Where the sockets that lead out of the namespace are, in bridge and sidecar. */
export const socketFolder = '/run/bottle';
/** Where bridge (for `mergedNames`) and filler see the workspace volume. */
export const bridgeWorkspace = '/workspace';

/** Ports of the agent's loopback interface and the sidecar sockets behind them. */
const ports = [`9099=${socketFolder}/egress.sock`] as const;

/**
 * The container that owns the agent's network namespace, which holds nothing but `lo`. It pipes fixed loopback ports to
 * the sidecar's sockets. The agent joins the namespace and reaches nothing else of this container.
 */
export function bridgeContainer(context: ContainerContext): ContainerCreateOptions & { name: string } {
  const { identity } = context;
  return {
    name: objectName(identity, 'bridge'),
    Image: context.images.sidecar,
    Labels: labelsOf(identity, 'bridge'),
    Hostname: 'bottle',
    User: context.sidecarUser,
    Entrypoint: [],
    Cmd: ['node', '/app/bridge.js', ...ports],
    HostConfig: {
      ...ownProgram,
      NetworkMode: 'none',
      Mounts: bridgeMounts(context),
    },
  };
}

function bridgeMounts({ spec, identity, host }: ContainerContext): MountSettings[] {
  const workspace: MountSettings = { Type: 'volume', Source: objectName(identity, 'workspace'), Target: bridgeWorkspace, ReadOnly: true };
  if (host !== null) {
    const sockets: MountSettings = { Type: 'bind', Source: host.sockets, Target: socketFolder, ReadOnly: true };
    return spec.workspace.mode === 'overlay' ? [sockets, workspace] : [sockets];
  }
  return [
    { Type: 'volume', Source: objectName(identity, 'sockets'), Target: socketFolder, ReadOnly: true },
    // Writable so that the engine lets us fill it; the process has no right to.
    { Type: 'volume', Source: objectName(identity, 'guest'), Target: guestFolder },
    workspace,
  ];
}
