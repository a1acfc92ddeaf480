import { join } from 'node:path';
import { bottleSchema, type Bottle } from '../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { effectiveBottleWithOrigins, type BottleLink, type Origin } from '../../../schemas/manifest/extends.ts';
import { parseManifest, type ManifestSource } from '../../../schemas/manifest/parse.ts';
import { keyPath, type ManifestProblem } from '../../../schemas/manifest/position.ts';
import { BottleError } from '../errors.ts';
import { manifestNames, readManifest, type ManifestText } from './folder.ts';
import { manifestFolders } from './home.ts';
import { invalidManifest, unknownName, valid } from './problems.ts';

/** Where a bottle is named, so that a name without a file is reported there. */
export interface Mention {
  readonly source: ManifestSource;
  readonly key: 'bottle' | 'extends';
}

/** A bottle with its parents laid under it, and the files that said so, child first. */
export interface LoadedBottle {
  readonly bottle: Bottle;
  /** Which file gave a value, by key path as in `egress.routes[0]`; what is absent is a default. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly files: readonly Pick<ManifestText, 'path' | 'sha256'>[];
}

interface Link extends BottleLink {
  readonly name: string;
  readonly file: ManifestText;
}

/** Reads a bottle and the chain it extends. Throws `manifest-missing` or `manifest-invalid`, naming the mention. */
export async function loadBottle(home: string, name: string, mention: Mention): Promise<LoadedBottle> {
  return laidOver(await readChain(home, [], { name, from: mention }));
}

/** As `loadBottle`, for a bottle whose own file is at hand but not, or not yet, in the home folder. Its parents are there. */
export async function loadBottleText(home: string, name: string, file: ManifestText): Promise<LoadedBottle> {
  const link = linkOf(name, file);
  return laidOver(await readChain(home, [link], parentOf(link)));
}

function laidOver(links: readonly Link[]): LoadedBottle {
  const { bottle, origins, faults } = effectiveBottleWithOrigins(links);
  if (faults.length > 0) throw invalidManifest(faults.map(({ path, ...fault }) => ({ ...fault, key: keyPath(path) })));
  return { bottle, origins, files: links.map(({ file: { path, sha256 } }) => ({ path, sha256 })) };
}

interface Next {
  readonly name: string;
  readonly from: Mention;
}

/** The links at hand and everything that `first` and its parents add to them. */
async function readChain(home: string, atHand: readonly Link[], first: Next | undefined): Promise<readonly Link[]> {
  const links = [...atHand];
  let next = first;
  while (next !== undefined) {
    const { name, from }: Next = next;
    if (links.some((link) => link.name === name)) {
      const chain = [...links.map((link) => link.name), name].join(' -> ');
      throw invalidManifest([mentioned(from, `makes a circle: ${chain}.`)]);
    }
    const link = await readLink(home, name, from);
    links.push(link);
    next = parentOf(link);
  }
  return links;
}

function parentOf({ written, source }: Link): Next | undefined {
  return written.extends === undefined ? undefined : { name: written.extends, from: { source, key: 'extends' } };
}

async function readLink(home: string, name: string, from: Mention): Promise<Link> {
  const { bottles } = manifestFolders(home, undefined);
  const path = join(bottles, `${name}.md`);
  const file = await readManifest(path, home);
  if (file === undefined) {
    const { names } = await manifestNames(bottles);
    const problem = mentioned(from, `names a bottle that ${path} should hold. ${unknownName('bottle', name, names, bottles)}`);
    throw new BottleError('manifest-missing', invalidManifest([problem]).message, { cause: invalidManifest([problem]).cause });
  }
  return linkOf(name, file);
}

function linkOf(name: string, file: ManifestText): Link {
  const source = valid(parseManifest(file.path, file.text));
  return { name, file, source, written: valid(checkManifest(source, bottleSchema)) };
}

function mentioned({ source, key }: Mention, message: string): ManifestProblem {
  return { file: source.file, key, message, ...source.locate([key]) };
}
