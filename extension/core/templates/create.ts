import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestName } from '../../../schemas/manifest/bottle.ts';
import { BottleError } from '../errors.ts';

/** The two kinds of manifest, which are also names of folders in the home. */
export type ManifestKind = 'bottles' | 'agents';

/** Where a manifest of the home folder lies. Throws `usage` for a name that no manifest may have. */
export function manifestPath(home: string, kind: ManifestKind, name: string): string {
  const fault = manifestNameFault(name);
  if (fault !== undefined) throw new BottleError('usage', `"${name}" ${fault}`);
  return join(home, kind, `${name}.md`);
}

/** Why a text is no name of a manifest, as the end of a sentence; undefined when it is one. */
export function manifestNameFault(name: string): string | undefined {
  const parsed = manifestName.safeParse(name);
  return parsed.success ? undefined : parsed.error.issues[0]?.message;
}

/** Writes a manifest where none is; an existing one is left alone. True when it was written. */
export async function createManifest(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
}

/** Whether something has the name already. */
export async function manifestExists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}
