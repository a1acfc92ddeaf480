/** One side's package.json: its text, `absent`, or `unreadable` for whatever has no text that may be compared. */
export type PackageText = { readonly text: string } | 'absent' | 'unreadable';

type Facts = Readonly<Record<string, unknown>>;

/** What makes a change of a field need its own yes. */
type Concern = 'any change' | 'sources';

/** Fields by which package.json runs something by itself; any other field may change freely. */
const fields: readonly { readonly names: readonly string[]; readonly concern: Concern; readonly why: string }[] = [
  { names: ['scripts', 'gypfile'], concern: 'any change', why: 'npm runs it' },
  { names: ['bin', 'workspaces'], concern: 'any change', why: 'an install puts programs in reach or runs the scripts of further folders' },
  { names: ['packageManager', 'devEngines', 'volta'], concern: 'any change', why: 'a package manager or runtime of its choice is fetched and run' },
  { names: ['pnpm', 'trustedDependencies', 'dependenciesMeta', 'publishConfig'], concern: 'any change', why: 'it decides what an install may run and where a publish goes' },
  { names: ['husky', 'gitHooks', 'simple-git-hooks', 'lint-staged', 'nano-staged', 'pre-commit', 'pre-push', 'commitlint'], concern: 'any change', why: 'git hooks run it' },
  { names: ['eslintConfig', 'prettier', 'stylelint', 'remarkConfig', 'babel', 'postcss', 'jest', 'ava', 'mocha', 'nx'], concern: 'any change', why: 'an editor loads plug-ins that it names' },
  {
    names: ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides', 'resolutions', 'catalog', 'catalogs'],
    concern: 'sources',
    why: 'an install takes code from elsewhere than the registry under that name',
  },
];

/** Why a changed package.json needs its own yes, or null. */
export function packageRisk(base: PackageText, bottle: PackageText): string | null {
  if (bottle === 'absent') return null;
  const after = bottle === 'unreadable' ? undefined : factsOf(bottle.text);
  if (after === undefined) return 'This package.json cannot be read as JSON of at most 1 MiB, so what it runs is unknown.';
  const before = (typeof base === 'string' ? undefined : factsOf(base.text)) ?? {};
  for (const { names, concern, why } of fields) {
    const changed = names.filter((name) => (concern === 'sources' ? bringsSource(before[name], after[name]) : !same(before[name], after[name])));
    if (changed.length > 0) return `package.json changes ${changed.join(', ')}: ${why}.`;
  }
  return null;
}

function factsOf(text: string): Facts | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a version specifier is there, at any depth, that was not there under this name and is no plain one. */
function bringsSource(before: unknown, after: unknown): boolean {
  const pairs: { before: unknown; after: unknown }[] = [{ before, after }];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const { before: old, after: now } = pair;
    if (now === undefined || (typeof now === 'string' && (now === old || isPlain(now)))) continue;
    if (!isObject(now)) return true;
    const known = isObject(old) ? old : {};
    for (const [name, value] of Object.entries(now)) pairs.push({ before: Object.hasOwn(known, name) ? known[name] : undefined, after: value });
  }
  return false;
}

/**
 * A version, range or tag of the registry, a package of this workspace, a catalogue's entry, or `$name` for a dependency
 * named above. Everything with a place in it (`git:`, `https:`, `file:`, `npm:`, `user/repository`, `./x`) is none.
 */
function isPlain(specifier: string): boolean {
  if (/^\$(?:@[\w.-]+\/)?[\w.-]+$/.test(specifier)) return true;
  const version = specifier.replace(/^(?:workspace|catalog):/, '').trim();
  return /^(?!\.)[\w\s.*^~<>=|,+-]*$/.test(version) && !/\.(?:tgz|tar|gz)$/i.test(version);
}

/** Values too deep to compare are not the same. */
function same(before: unknown, after: unknown): boolean {
  try {
    return JSON.stringify(before) === JSON.stringify(after);
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
