import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { metadataSchema, type BottleMetadata } from '../../../../../schemas/protocol/bottle.ts';
import { startIsUnderWay } from '../../../bottle/startUnderWay.ts';
import { removeTree } from '../../../files/removeTree.ts';
import type { Log } from '../../../ports.ts';
import type { Engine } from '../engine/engine.ts';
import { engineWords } from '../engine/engineError.ts';
import { pullVolume } from '../workspace/pull.ts';
import { handleSchema } from './handle.ts';
import { hostFolders } from './hostSide.ts';
import { knownHomeId } from './homeId.ts';
import { labelFilter, labels } from './objects.ts';
import { removeLabelled, removeOrphanedProbes } from './remove.ts';

/** The three containers without which a bottle is not whole. */
const needed = ['bridge', 'sidecar', 'agent'] as const;

interface Leftover {
  readonly slug: string;
  /** Container state by role: `running`, `exited`, `created`, ... */
  readonly states: Map<string, string>;
}

/** See `Backend.sweep`. Looks only at objects whose labels say they are ours and of this home. */
export async function sweepBottles(engine: Engine, stateRoot: string, keep: ReadonlySet<string>, log: Log): Promise<string[]> {
  const removed = await removeOrphanedProbes(engine.docker);
  const home = await knownHomeId(stateRoot);
  if (home === undefined) return removed;
  for (const found of await findBottles(engine.docker, home)) {
    if (keep.has(found.slug)) continue;
    const metadata = await readMetadata(stateRoot, found.slug);
    if (isWanted(found, metadata) || (metadata !== undefined && startIsUnderWay(metadata))) continue;
    if (!(await rescue(engine.docker, found, metadata, log))) continue;
    try {
      removed.push(...(await removeLabelled(engine, { [labels.home]: home, [labels.slug]: found.slug })));
      if (isSlug(found.slug)) await removeTree(hostFolders(join(stateRoot, found.slug)).root);
    } catch (thrown) {
      log.warn(`${found.slug} is broken and could not be removed whole: ${engineWords(thrown)}`);
    }
  }
  return removed;
}

async function findBottles(docker: Dockerode, home: string): Promise<Leftover[]> {
  const filters = labelFilter({ [labels.home]: home });
  const [containers, volumes] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listVolumes({ filters })]);
  const bottles = new Map<string, Leftover>();
  const bottle = (slug: string): Leftover => {
    const found = bottles.get(slug) ?? { slug, states: new Map<string, string>() };
    bottles.set(slug, found);
    return found;
  };
  for (const one of containers) bottle(one.Labels[labels.slug] ?? '').states.set(one.Labels[labels.role] ?? '', one.State);
  for (const one of volumes.Volumes ?? []) bottle(one.Labels[labels.slug] ?? '');
  return [...bottles.values()].filter(({ slug }) => slug !== '');
}

/** Whole and known, or ended and not yet taken stock of: the core asks for the exit code and the changes first. */
function isWanted({ states }: Leftover, metadata: BottleMetadata | undefined): boolean {
  if (metadata === undefined || metadata.state === 'starting' || metadata.state === 'exited') return false;
  if (states.get('agent') === 'exited') return true;
  return needed.every((role) => states.get(role) === 'running');
}

/** Brings a remote workspace home before its volume goes. False when that failed and the bottle has to stay. */
async function rescue(docker: Dockerode, found: Leftover, metadata: BottleMetadata | undefined, log: Log): Promise<boolean> {
  const handle = handleSchema.safeParse(metadata?.handle);
  if (metadata === undefined || !handle.success || handle.data.pull === null || !found.states.has('bridge')) return true;
  try {
    await pullVolume(docker.getContainer(handle.data.bridge), handle.data.pull, metadata.owner, AbortSignal.timeout(600_000));
    return true;
  } catch (thrown) {
    log.warn(`${found.slug} is broken but stays, because its changes could not be brought back: ${engineWords(thrown)}`);
    return false;
  }
}

async function readMetadata(stateRoot: string, slug: string): Promise<BottleMetadata | undefined> {
  if (!isSlug(slug)) return undefined;
  try {
    return metadataSchema.parse(JSON.parse(await readFile(join(stateRoot, slug, 'metadata.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A label comes from the engine, where others may write; only a plain name may become a path. */
function isSlug(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(text);
}
