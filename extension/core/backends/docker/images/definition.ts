import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { BottleError } from '../../../errors.ts';
import type { Runtime } from '../../../ports.ts';

/** `provider-images/<name>/image.json`. */
const definitionSchema = z.strictObject({
  /** `base` is an image from outside (`BOT_BOTTLE_BASE_IMAGE`); any other name is one of ours, built first. */
  from: z.string(),
  /** Our own programs that go to `app/` of the context. */
  bundles: z.array(z.string()).default([]),
});

/** One file of a build context. */
export interface ContextFile {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** What an image is made from, apart from its base. */
export interface ImageDefinition {
  readonly name: string;
  readonly from: string;
  /** Sorted by name. */
  readonly files: readonly ContextFile[];
}

/** Certificates trusted while an image is built, and only then. */
export const extraCaName = 'extra-ca.pem';

const executable = /\.sh$/;

/** Reads an image's folder, our bundles that it wants, and the extra CA file (`extra-ca.pem`, empty without one). */
export async function readDefinition(name: string, runtime: Runtime, extraCa: string | undefined): Promise<ImageDefinition> {
  const folder = join(runtime.providerImages, name);
  let definition: z.infer<typeof definitionSchema>;
  try {
    definition = definitionSchema.parse(JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')));
  } catch (cause) {
    throw new BottleError('image-failed', `There is no usable image definition for "${name}" in ${folder}.`, { cause });
  }
  const own = (await readdir(folder)).filter((file) => file !== 'image.json');
  const files = await Promise.all([
    ...own.map((file) => contextFile(file, join(folder, file))),
    ...definition.bundles.map((bundle) => contextFile(`app/${bundle}.js`, join(runtime.dist, 'sidecars', `${bundle}.js`))),
    extraCaFile(extraCa),
  ]);
  return { name, from: definition.from, files: files.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

async function contextFile(name: string, path: string): Promise<ContextFile> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new BottleError('image-failed', `The file ${path} for an image is missing.`, { hint: 'Run npm run build.', cause });
  });
  return { name, mode: executable.test(name) ? 0o755 : 0o644, content };
}

async function extraCaFile(path: string | undefined): Promise<ContextFile> {
  if (path === undefined || path === '') return { name: extraCaName, mode: 0o644, content: Buffer.alloc(0) };
  const content = await readFile(path).catch((cause: unknown) => {
    throw new BottleError('image-failed', `BOT_BOTTLE_EXTRA_CA names ${path}, which cannot be read.`, { cause });
  });
  return { name: extraCaName, mode: 0o644, content };
}
