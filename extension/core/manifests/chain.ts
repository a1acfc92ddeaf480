import { join } from 'node:path';
import { bottleSchema, type Bottle, type WrittenBottle } from '../../../schemas/manifest/bottle.ts';
import { checkManifest } from '../../../schemas/manifest/check.ts';
import { effectiveBottle, mergeBottles } from '../../../schemas/manifest/extends.ts';
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
  readonly files: readonly Pick<ManifestText, 'path' | 'sha256'>[];
}

interface Link {
  readonly name: string;
  readonly file: ManifestText;
  readonly source: ManifestSource;
  readonly written: WrittenBottle;
}

/** Reads a bottle and the chain it extends. Throws `manifest-missing` or `manifest-invalid`, naming the mention. */
export async function loadBottle(home: string, name: string, mention: Mention): Promise<LoadedBottle> {
  const links = await readChain(home, name, mention);
  const merged = links.map((link) => link.written).reduceRight<WrittenBottle>((parent, child) => mergeBottles(parent, child), {});
  const { bottle, faults } = effectiveBottle(merged);
  const source = links[0]?.source;
  if (faults.length > 0 && source !== undefined) {
    throw invalidManifest(faults.map(({ path, message }) => ({ file: source.file, key: keyPath(path), message, ...source.locate(path) })));
  }
  return { bottle, files: links.map(({ file: { path, sha256 } }) => ({ path, sha256 })) };
}

async function readChain(home: string, first: string, mention: Mention): Promise<readonly Link[]> {
  const links: Link[] = [];
  let next: { readonly name: string; readonly from: Mention } | undefined = { name: first, from: mention };
  while (next !== undefined) {
    const { name, from }: { readonly name: string; readonly from: Mention } = next;
    if (links.some((link) => link.name === name)) {
      const chain = [...links.map((link) => link.name), name].join(' -> ');
      throw invalidManifest([mentioned(from, `makes a circle: ${chain}.`)]);
    }
    const link = await readLink(home, name, from);
    links.push(link);
    const parent = link.written.extends;
    next = parent === undefined ? undefined : { name: parent, from: { source: link.source, key: 'extends' } };
  }
  return links;
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
  const source = valid(parseManifest(path, file.text));
  return { name, file, source, written: valid(checkManifest(source, bottleSchema)) };
}

function mentioned({ source, key }: Mention, message: string): ManifestProblem {
  return { file: source.file, key, message, ...source.locate([key]) };
}
