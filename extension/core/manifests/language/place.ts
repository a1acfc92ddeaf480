import { basename, dirname, join, sep } from 'node:path';

/** What kind of manifest a file is, by where it lies. */
export interface ManifestPlace {
  readonly kind: 'agent' | 'bottle';
  /** `recommended` is a bottle that a workspace proposes and that nothing reads before it is adopted. */
  readonly origin: 'home' | 'workspace' | 'recommended';
  /** File name without `.md`; it may be one that no manifest can have. */
  readonly name: string;
  readonly path: string;
  /** The workspace folder, for what lies in one. */
  readonly workspace: string | undefined;
}

/** The folders whose files are manifests. */
export interface ManifestRoots {
  /** `$BOT_BOTTLE_HOME`, absolute. */
  readonly home: string;
  /** Open folders that the person trusts, absolute. Nothing of any other is looked at. */
  readonly workspaces: readonly string[];
}

/** A folder of manifests and what the files in it are. */
export interface ManifestFolder extends Omit<ManifestPlace, 'name' | 'path'> {
  readonly folder: string;
}

/** Every folder that holds manifests; none needs to exist. */
export function manifestFoldersOf({ home, workspaces }: ManifestRoots): readonly ManifestFolder[] {
  return [
    { kind: 'bottle', origin: 'home', folder: join(home, 'bottles'), workspace: undefined },
    { kind: 'agent', origin: 'home', folder: join(home, 'agents'), workspace: undefined },
    ...workspaces.flatMap((workspace): ManifestFolder[] => [
      { kind: 'agent', origin: 'workspace', folder: join(workspace, '.bot-bottle', 'agents'), workspace },
      { kind: 'bottle', origin: 'recommended', folder: join(workspace, '.bot-bottle', 'recommended-bottles'), workspace },
    ]),
  ];
}

/** What a file is by its path; undefined when it is no manifest. */
export function placeOf(path: string, roots: ManifestRoots): ManifestPlace | undefined {
  if (!path.endsWith('.md')) return undefined;
  const found = manifestFoldersOf(roots).find(({ folder }) => dirname(path) === folder);
  if (found === undefined) return undefined;
  const { folder: _folder, ...place } = found;
  return { ...place, name: basename(path, '.md'), path };
}

/** Path of a bottle in the home folder. */
export function bottlePath(home: string, name: string): string {
  return `${join(home, 'bottles')}${sep}${name}.md`;
}
