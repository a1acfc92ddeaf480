import { isAbsolute, join } from 'node:path';
import { fixedPath } from './diagnose.ts';
import { meaningAt } from './meaning.ts';
import { bottlePath, type ManifestPlace } from './place.ts';
import { readTree, spotAt, type Range } from './tree.ts';
import type { World } from './world.ts';

/** The file that a name in a manifest stands for. */
export interface Definition {
  /** The name in the manifest. */
  readonly from: Range;
  readonly path: string;
}

/** Where the name under an offset leads: a bottle, a parent, a skill, an image recipe. Undefined when there is no such file. */
export async function definitionAt(world: World, place: ManifestPlace, text: string, offset: number): Promise<Definition | undefined> {
  const tree = readTree(text);
  const spot = tree === undefined ? undefined : spotAt(tree, offset);
  if (spot === undefined || typeof spot.entry.scalar !== 'string') return undefined;
  const from = spot.entry.value ?? spot.range;
  const name = spot.entry.scalar;
  const meaning = meaningAt(place.kind, spot.entry.path);
  const candidates = meaning === 'bottle' ? bottleFiles(world, name) : meaning === 'skill' ? skillFiles(world, name) : meaning === 'file' ? recipeFiles(world, place, name) : [];
  for (const path of candidates) if (await world.exists(path, 'file')) return { from, path };
  return undefined;
}

function bottleFiles(world: World, name: string): readonly string[] {
  return /^[a-z][a-z0-9-]*$/.test(name) ? [bottlePath(world.roots().home, name)] : [];
}

function skillFiles(world: World, name: string): readonly string[] {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) ? [join(world.skillsFolder, name, 'SKILL.md')] : [];
}

/** A relative recipe is looked for where a start would be: in each open folder. */
function recipeFiles(world: World, place: ManifestPlace, written: string): readonly string[] {
  const fixed = fixedPath(world, written);
  if (fixed !== undefined) return [fixed];
  if (isAbsolute(written)) return [];
  const folders = place.workspace === undefined ? world.roots().workspaces : [place.workspace];
  return folders.map((folder) => join(folder, written));
}
