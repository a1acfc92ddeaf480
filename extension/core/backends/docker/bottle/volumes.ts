import type Dockerode from 'dockerode';
import { BottleError } from '../../../errors.ts';
import type { ContainerContext } from '../containers/context.ts';
import { overlayOptions } from '../containers/overlay.ts';
import { nameTakenHint } from '../engine/engineError.ts';
import { labelFilter, labels, labelsOf, objectName, type Role } from './objects.ts';
import { settleAll } from './settleAll.ts';

/** Driver options of each volume of this bottle; none means a plain folder at the engine. */
function volumesOf({ spec, host, sidecarUser }: ContainerContext): ReadonlyMap<Role, Record<string, string>> {
  const volumes = new Map<Role, Record<string, string>>();
  if (spec.workspace.mode === 'overlay') volumes.set('workspace', overlayOptions(spec.workspace));
  if (host !== null) return volumes;
  const [uid, gid] = sidecarUser.split(':');
  volumes.set('sockets', { type: 'tmpfs', device: 'tmpfs', o: `uid=${uid},gid=${gid},mode=0700,size=1m` });
  volumes.set('guest', {});
  return volumes.set('workspace', {});
}

/**
 * Creates the volumes. The engine silently hands out an existing one of the same name, so what carries this start's label
 * is counted afterwards; throws `busy` when one was someone else's.
 */
export async function createVolumes(docker: Dockerode, context: ContainerContext): Promise<void> {
  const { identity } = context;
  const wanted = volumesOf(context);
  if (wanted.size === 0) return;
  await settleAll(
    [...wanted].map(([role, options]) =>
      docker.createVolume({ Name: objectName(identity, role), Driver: 'local', DriverOpts: options, Labels: labelsOf(identity, role) }),
    ),
  );
  const made = await docker.listVolumes({ filters: labelFilter({ [labels.start]: identity.start }) });
  if ((made.Volumes ?? []).length !== wanted.size) {
    throw new BottleError('busy', `A bottle named ${identity.slug} already exists at this engine.`, { hint: nameTakenHint });
  }
}
