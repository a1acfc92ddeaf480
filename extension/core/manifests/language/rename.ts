import { dirname, join } from 'node:path';
import { meaningAt } from './meaning.ts';
import { bottlePath, type ManifestPlace } from './place.ts';
import { readTree, spotAt, type Range } from './tree.ts';
import type { World } from './world.ts';

/** Text that replaces a part of a file; `path` and `range` belong to the text before. */
export interface TextEdit {
  readonly path: string;
  readonly range: Range;
  readonly text: string;
}

/** What a rename would change. */
export interface Renaming {
  readonly edits: readonly TextEdit[];
  /** The text of each file that the edits belong to, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Done after the edits. */
  readonly file: { readonly from: string; readonly to: string };
}

/** What stands under the cursor and can be renamed. */
export interface Renamable {
  readonly kind: ManifestPlace['kind'];
  readonly name: string;
  /** Where the name is written, or the first line for a manifest itself. */
  readonly range: Range;
  readonly path: string;
}

/** A reason why something cannot be renamed, as a sentence. */
export interface Refusal {
  readonly refusal: string;
}

/** The bottle that is named under the offset; on the first line the manifest itself. */
export async function renamableAt(world: World, place: ManifestPlace, text: string, offset: number): Promise<Renamable | Refusal> {
  const tree = readTree(text);
  const spot = tree === undefined ? undefined : spotAt(tree, offset);
  if (tree !== undefined && offset < tree.yaml.start) {
    return { kind: place.kind, name: place.name, range: { start: 0, end: text.slice(0, tree.yaml.start).trimEnd().length }, path: place.path };
  }
  if (spot !== undefined && meaningAt(place.kind, spot.entry.path) === 'bottle' && typeof spot.entry.scalar === 'string' && spot.entry.value !== undefined) {
    const path = bottlePath(world.roots().home, spot.entry.scalar);
    if (!(await world.exists(path, 'file'))) return { refusal: `There is no bottle "${spot.entry.scalar}" to rename.` };
    return { kind: 'bottle', name: spot.entry.scalar, range: spot.entry.value, path };
  }
  return { refusal: 'Only a bottle\'s name can be renamed here; on the first line, the manifest itself.' };
}

/** Every edit that gives a manifest another name: in its file name and wherever it is named. */
export async function renaming(world: World, target: Renamable, to: string): Promise<Renaming | Refusal> {
  if (!/^[a-z][a-z0-9-]*$/.test(to)) return { refusal: 'A manifest\'s name is small letters, digits and -, starting with a letter.' };
  const path = join(dirname(target.path), `${to}.md`);
  if (await world.exists(path, 'file')) return { refusal: `There is a ${target.kind} "${to}" already.` };
  const home = target.kind === 'bottle' && target.path === bottlePath(world.roots().home, target.name);
  const found = home ? await mentioning(world, target.name, to) : [];
  return { edits: found.flatMap(({ edits }) => edits), texts: new Map(found.map(({ path: of, text }) => [of, text])), file: { from: target.path, to: path } };
}

/** Replaces every mention of a bottle; quotes, comments and order stay. */
export async function mentions(world: World, name: string, to: string): Promise<readonly TextEdit[]> {
  return (await mentioning(world, name, to)).flatMap(({ edits }) => edits);
}

interface Mentioning {
  readonly path: string;
  readonly text: string;
  readonly edits: readonly TextEdit[];
}

async function mentioning(world: World, name: string, to: string): Promise<readonly Mentioning[]> {
  const files = await Promise.all(
    (await world.files()).map(async ({ kind, path: of }): Promise<Mentioning> => {
      // A file that no start would read names nothing.
      const text = (await world.text(of).catch(() => undefined)) ?? '';
      const edits = (readTree(text)?.entries ?? []).flatMap(({ path, scalar, value, quote }): TextEdit[] =>
        scalar === name && value !== undefined && meaningAt(kind, path) === 'bottle' && quote !== 'block' ? [{ path: of, range: value, text: `${quote}${to}${quote}` }] : [],
      );
      return { path: of, text, edits };
    }),
  );
  return files.filter(({ edits }) => edits.length > 0);
}
