import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { routeUsage } from '../../egress/usage.ts';
import { manifestNames, readManifest } from '../folder.ts';
import { manifestFoldersOf, placeOf, type ManifestRoots } from './place.ts';
import { bottleReader } from './readBottle.ts';
import { seenHosts } from './seenHosts.ts';
import type { World } from './world.ts';

/** What a world on disk cannot know by itself. */
export interface WorldGiven {
  readonly roots: () => ManifestRoots;
  /** Names of the providers that the product has. */
  readonly providers: readonly string[];
  /** The person's home folder. */
  readonly userHome: string;
  /** Names of host variables and stored credentials; never a value. */
  readonly variables: () => Promise<readonly string[]>;
  /** Text of a file that is open and perhaps not saved. */
  readonly open: (path: string) => string | undefined;
}

/** The machine as it is: every question is answered from the disk. */
export function diskWorld(given: WorldGiven): World {
  const { roots } = given;
  const skillsFolder = join(given.userHome, '.claude', 'skills');
  return {
    roots,
    skillsFolder,
    read: bottleReader(),
    userHome: given.userHome,
    names: async (kind) => (await manifestNames(join(roots().home, `${kind}s`))).names,
    files: async () => {
      const folders = await Promise.all(
        manifestFoldersOf(roots()).map(async ({ folder, ...place }) => {
          const { names } = await manifestNames(folder);
          return names.map((name) => ({ ...place, name, path: join(folder, `${name}.md`) }));
        }),
      );
      return folders.flat();
    },
    text: async (path) => {
      const place = placeOf(path, roots());
      if (place === undefined) return undefined;
      return given.open(path) ?? (await readManifest(path, place.workspace ?? roots().home))?.text;
    },
    providers: async () => given.providers,
    skills: async () => {
      const entries = await readdir(skillsFolder, { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name).sort();
    },
    variables: given.variables,
    hosts: () => seenHosts(roots().home),
    usage: (bottle) => routeUsage(roots().home, bottle),
    exists: async (path, what) => {
      // A folder is a skill's, and a start takes no link for one.
      const found = await (what === 'file' ? stat(path) : lstat(path)).catch(() => undefined);
      return what === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
    },
  };
}
