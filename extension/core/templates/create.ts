import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BottleError, hasCode } from '../errors.ts';
import { isManifestName } from '../manifests/folder.ts';

/** The two kinds of manifest, which are also names of folders in the home. */
export type ManifestKind = 'bottles' | 'agents';

/** Where a manifest of the home folder lies. Throws `usage` for a name that no manifest may have. */
export function manifestPath(home: string, kind: ManifestKind, name: string): string {
  if (!isManifestName(name)) throw new BottleError('usage', `${JSON.stringify(name)} cannot be the name of a manifest.`, { hint: 'A name is small letters, digits and -, starting with a letter.' });
  return join(home, kind, `${name}.md`);
}

/** Writes a manifest where none is; an existing one is left alone. True when it was written. */
export async function createManifest(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}
