import type { BottleLink } from '../../../../schemas/manifest/extends.ts';
import type { ManifestProblem } from '../../../../schemas/manifest/position.ts';
import { toBottleError } from '../../errors.ts';
import { bottlePath } from './place.ts';
import type { World } from './world.ts';

/** One bottle of a chain, read and checked. */
export interface Link extends BottleLink {
  readonly name: string;
  readonly path: string;
}

/** Why a chain ends before its last parent. */
export type ChainFault =
  | { readonly kind: 'missing'; readonly name: string; readonly path: string }
  | { readonly kind: 'circle'; readonly names: readonly string[] }
  | { readonly kind: 'broken'; readonly name: string; readonly problems: readonly ManifestProblem[] };

/** A bottle and its parents, child first, as far as they can be read. */
export interface Chain {
  readonly links: readonly Link[];
  readonly fault: ChainFault | undefined;
}

/** A bottle whose text is at hand, though the home folder may have another or none of that name. */
export interface GivenBottle {
  readonly path: string;
  readonly text: string;
}

/** Follows `extends` from a bottle of the home folder, or from a given text of that name. */
export async function followChain(world: World, first: string, given?: GivenBottle): Promise<Chain> {
  const links: Link[] = [];
  const { home } = world.roots();
  for (let next: string | undefined = first; next !== undefined; ) {
    const name: string = next;
    if (links.some((link) => link.name === name)) return { links, fault: { kind: 'circle', names: [...links.map((link) => link.name), name] } };
    const own = links.length === 0 ? given : undefined;
    const path = own?.path ?? bottlePath(home, name);
    const text = own?.text ?? (await textOf(world, path));
    if (text === undefined) return { links, fault: { kind: 'missing', name, path } };
    if (typeof text !== 'string') return { links, fault: { kind: 'broken', name, problems: [text] } };
    const read = world.read(path, text);
    if (!read.ok) return { links, fault: { kind: 'broken', name, problems: read.problems } };
    links.push({ name, path, ...read.value });
    next = read.value.written.extends;
  }
  return { links, fault: undefined };
}

/** The text, or as a problem why no start would read the file. */
async function textOf(world: World, path: string): Promise<string | ManifestProblem | undefined> {
  try {
    return await world.text(path);
  } catch (thrown) {
    return { file: path, line: 1, column: 1, key: '', message: toBottleError(thrown).message };
  }
}
