import { join } from 'node:path';
import { BottleError } from '../errors.ts';
import { manifestNames, readManifest, type ManifestText } from './folder.ts';
import { manifestFolders } from './home.ts';
import { indexAgents } from './index.ts';
import { unknownName } from './problems.ts';

/** A manifest by its name, whatever is in it. */
export interface FoundManifest {
  readonly kind: 'agent' | 'bottle';
  readonly origin: 'home' | 'workspace';
  readonly name: string;
  readonly path: string;
  /** The folder that a link of it must not leave. */
  readonly border: string;
}

/**
 * The agent and the bottle of a name, by file names alone. Of agents the one that a start would take; bottles only from the
 * home folder. Throws `manifest-missing` when there is neither.
 */
export async function findManifests(home: string, workspace: string, name: string): Promise<readonly FoundManifest[]> {
  const { agents } = await indexAgents(home, workspace);
  const { bottles: folder } = manifestFolders(home, workspace);
  const { names: bottles } = await manifestNames(folder);
  const found: FoundManifest[] = [
    ...agents.filter((one) => one.name === name).map(({ origin, path }): FoundManifest => ({ kind: 'agent', origin, name, path, border: origin === 'home' ? home : workspace })),
    ...(bottles.includes(name) ? [{ kind: 'bottle', origin: 'home', name, path: join(folder, `${name}.md`), border: home } as const] : []),
  ];
  if (found.length > 0) return found;
  const agent = unknownName('agent', name, agents.map((one) => one.name), manifestFolders(home, workspace).agents);
  throw new BottleError('manifest-missing', agent, { hint: unknownName('bottle', name, bottles, folder) });
}

/** The text of a manifest that was found. Throws `manifest-missing` when it went meanwhile, `manifest-invalid` when no start would read it. */
export async function readFound({ path, border }: Pick<FoundManifest, 'path' | 'border'>): Promise<ManifestText> {
  const file = await readManifest(path, border);
  if (file === undefined) throw new BottleError('manifest-missing', `${path} is not there any more.`);
  return file;
}
