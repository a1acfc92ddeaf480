import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Slug by the process id of its `attach`: every attached terminal leaves a file `state/<slug>/attach/<pid>`. */
export async function attachedProcesses(home: string): Promise<ReadonlyMap<number, string>> {
  const root = join(home, 'state');
  const slugs = await names(root);
  const found = await Promise.all(
    slugs.map(async (slug) => (await names(join(root, slug, 'attach'))).filter((name) => /^\d{1,10}$/.test(name)).map((name) => [Number(name), slug] as const)),
  );
  return new Map(found.flat());
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
