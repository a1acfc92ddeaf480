import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BottleError } from '../errors.ts';

/** What held all manifests before each had a Markdown file of its own. */
export const legacyName = 'bot-bottle.json';

/** The old file where it still counts: no manifest folder has taken its place. Undefined when there is none. */
export async function legacyFile(home: string, workspace: string | undefined): Promise<string | undefined> {
  const isThere = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined)) !== undefined;
  if ((await isThere(join(home, 'bottles'))) || (await isThere(join(home, 'agents')))) return undefined;
  const places = [join(home, legacyName), join(dirname(home), legacyName), ...(workspace === undefined ? [] : [join(workspace, legacyName)])];
  for (const place of places) if (await isThere(place)) return place;
  return undefined;
}

/** The error for an old file that nobody reads any more. */
export function legacyRefused(file: string): BottleError {
  return new BottleError('manifest-invalid', `${file} is of an older version and is not read: manifests are Markdown files in a folder of their own.`, {
    hint: `Turn it into such files with: bot-bottle init --migrate ${file}`,
    actions: [{ title: 'Migrate', command: 'bot-bottle init --migrate', args: [file] }],
  });
}
