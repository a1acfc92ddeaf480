import type { BottleUsage } from '../../../../schemas/protocol/egressUsage.ts';
import type { ManifestPlace, ManifestRoots } from './place.ts';
import type { ReadBottle } from './readBottle.ts';

/** A host that the proxies of this machine's bottles were asked for. */
export interface SeenHost {
  /** As a route's `host` is written: without the port when that is 443. */
  readonly host: string;
  readonly blocked: number;
  readonly allowed: number;
}

/** What the language asks of the machine. Never a secret's value, and nothing of a folder that is not trusted. */
export interface World {
  readonly roots: () => ManifestRoots;
  /** Names of the home folder's manifests, sorted. */
  names(kind: ManifestPlace['kind']): Promise<readonly string[]>;
  /** Every manifest there is, home first. */
  files(): Promise<readonly ManifestPlace[]>;
  /** A manifest's text as the person sees it: an unsaved one before the file. Rejects with `manifest-invalid` for a file that no start would read. */
  text(path: string): Promise<string | undefined>;
  /** Reads a bottle's text. */
  readonly read: ReadBottle;
  providers(): Promise<readonly string[]>;
  /** Folders under `~/.claude/skills`. */
  skills(): Promise<readonly string[]>;
  readonly skillsFolder: string;
  /** Home folder of the person, which `~` stands for. */
  readonly userHome: string;
  /** Names of host variables and stored credentials. */
  variables(): Promise<readonly string[]>;
  hosts(): Promise<readonly SeenHost[]>;
  /** How the routes of a bottle of the home folder were used so far. */
  usage(bottle: string): Promise<BottleUsage>;
  /** Whether a path is a file (or, with `folder`, a folder). */
  exists(path: string, what: 'file' | 'folder'): Promise<boolean>;
}

/** The same world, asked only once for each of its lists: for the length of one question about a text. */
export function askedOnce(world: World): World {
  const answers = new Map<string, Promise<readonly string[]>>();
  const once = (what: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const answer = answers.get(what) ?? ask();
    answers.set(what, answer);
    return answer;
  };
  return {
    ...world,
    names: (kind) => once(kind, () => world.names(kind)),
    providers: () => once('providers', () => world.providers()),
    skills: () => once('skills', () => world.skills()),
    variables: () => once('variables', () => world.variables()),
  };
}
