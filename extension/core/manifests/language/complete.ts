import { isFenceVariable } from '../../../../schemas/manifest/fenceVariables.ts';
import { parseAuthority } from '../../../../schemas/policy/host.ts';
import { unreachableHost } from '../../../../schemas/policy/unreachable.ts';
import { cursorAt, type Cursor } from './cursor.ts';
import { keyDocumentation } from './documentation.ts';
import { meaningAt, type Meaning } from './meaning.ts';
import type { ManifestPlace } from './place.ts';
import { keysOf, shapesAt, takes, wordsOf, type Shape } from './shape.ts';
import { readTree, type Range } from './tree.ts';
import type { World } from './world.ts';

/** One thing that could be written at the cursor. */
export interface Proposal {
  readonly label: string;
  readonly kind: 'key' | 'word' | 'bottle' | 'skill' | 'provider' | 'variable' | 'host';
  /** A few words beside the label. */
  readonly detail: string;
  /** Documentation in Markdown. */
  readonly documentation: string;
  /** What replaces `replace`; `snippet` may hold `$0`, the place where the cursor goes. */
  readonly insert: { readonly text: string } | { readonly snippet: string };
  readonly replace: Range;
  /** Whether to propose what follows as soon as this is taken. */
  readonly more: boolean;
}

/** The manifest in which something is proposed. */
interface About {
  readonly world: World;
  readonly root: Shape;
  readonly place: ManifestPlace;
  readonly text: string;
}

/** Everything that may be written at an offset of a manifest. */
export async function complete(world: World, root: Shape, place: ManifestPlace, text: string, offset: number): Promise<readonly Proposal[]> {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined) return [];
  const about: About = { world, root, place, text };
  if (cursor.at === 'value') return values(about, cursor, cursor.path);
  const shapes = shapesAt(root, cursor.path);
  const keys = keyProposals(shapes, cursor);
  if (keys.length > 0) return keys;
  if (takes(shapes, 'array')) return items(about, cursor);
  if (meaningAt(place.kind, [...cursor.path, '*']) === 'environment') return environmentKeys(world, cursor);
  return shapes.length > 0 && !takes(shapes, 'object') ? values(about, cursor, cursor.path) : [];
}

/** A line under a key that holds a list, without its dash yet. */
async function items(about: About, cursor: Cursor): Promise<readonly Proposal[]> {
  const path = [...cursor.path, 0];
  const keys = keyProposals(shapesAt(about.root, path), { ...cursor, siblings: [], column: cursor.column + 2 });
  const all = keys.length > 0 ? keys : await values(about, cursor, path);
  return all.map((one) => ({ ...one, insert: 'text' in one.insert ? { text: `- ${one.insert.text}` } : { snippet: `- ${one.insert.snippet}` } }));
}

function keyProposals(shapes: readonly Shape[], cursor: Cursor): readonly Proposal[] {
  return [...keysOf(shapes)]
    .filter(([name]) => !cursor.siblings.includes(name))
    .map(([name, shape]) => {
      const own = shapesAt(shape, []);
      const after = cursor.colon ? '' : cursor.ownLine ? opening(own, cursor.column) : ': $0';
      return {
        label: name,
        kind: 'key',
        detail: typeNames(own),
        documentation: keyDocumentation(name, own).join('\n\n'),
        insert: { snippet: `${name}${after}` },
        replace: cursor.replace,
        more: !cursor.colon,
      };
    });
}

/** What follows a key whose line is its own: the beginning of its value, lined up under it. */
function opening(shapes: readonly Shape[], column: number): string {
  const below = `:\n${' '.repeat(column + 2)}`;
  if (takes(shapes, 'array')) return `${below}- $0`;
  return takes(shapes, 'object') ? `${below}$0` : ': $0';
}

/** Variables of the agent take their value from host variables of the same name as a rule. */
async function environmentKeys(world: World, cursor: Cursor): Promise<readonly Proposal[]> {
  const names = (await world.variables()).filter((name) => !cursor.siblings.includes(name) && !isFenceVariable(name));
  return names.map((name) => ({
    label: name,
    kind: 'variable',
    detail: 'the host variable of this name',
    documentation: '',
    insert: { snippet: cursor.colon ? name : `${name}: "\\\${${name}\\}"$0` },
    replace: cursor.replace,
    more: false,
  }));
}

async function values(about: About, cursor: Cursor, path: Cursor['path']): Promise<readonly Proposal[]> {
  const { root, place } = about;
  const shapes = shapesAt(root, path);
  const words = wordsOf(shapes).map((word) => proposal(cursor, 'word', String(word), shapes.some((shape) => shape.default === word) ? 'default' : ''));
  const meaning = meaningAt(place.kind, path);
  return meaning === undefined ? words : [...words, ...(await names[meaning](about, cursor))];
}

type Names = (about: About, cursor: Cursor) => Promise<readonly Proposal[]>;

const names: Readonly<Record<Meaning, Names>> = {
  // A bottle that extends itself is a circle.
  bottle: async ({ world, place }, cursor) => (await world.names('bottle')).filter((name) => place.kind === 'agent' || name !== place.name).map((name) => proposal(cursor, 'bottle', name, 'bottle')),
  skill: async ({ world }, cursor) => (await world.skills()).map((name) => proposal(cursor, 'skill', name, world.skillsFolder)),
  provider: async ({ world }, cursor) => (await world.providers()).map((name) => proposal(cursor, 'provider', name, 'provider')),
  variable: async ({ world }, cursor) => (await world.variables()).map((name) => proposal(cursor, 'variable', name, 'host variable')),
  environment: async ({ world }, cursor) =>
    (await world.variables()).map((name) => {
      const reference = `\${${name}}`;
      return { ...proposal(cursor, 'variable', reference, 'host variable'), insert: { text: cursor.quote === '' ? `"${reference}"` : reference } };
    }),
  file: async () => [],
  // What no route opens, or what has one here already, would only be an error.
  host: async ({ world, text }, cursor) => {
    const listed = new Set((readTree(text)?.entries ?? []).filter(({ path }) => meaningAt('bottle', path) === 'host').map(({ scalar }) => scalar));
    const seen = (await world.hosts()).filter(({ host }) => !listed.has(host) && reachable(host));
    return seen.map(({ host, blocked, allowed }) => proposal(cursor, 'host', host, `${blocked} blocked, ${allowed} allowed`));
  },
};

function reachable(host: string): boolean {
  const authority = parseAuthority(host, 443);
  return authority.ok && unreachableHost(authority.value) === undefined;
}

function proposal(cursor: Cursor, kind: Proposal['kind'], label: string, detail: string): Proposal {
  return { label, kind, detail, documentation: '', insert: { text: label }, replace: cursor.replace, more: false };
}

/** The kind of a value in the words that errors use too. */
export function typeNames(shapes: readonly Shape[]): string {
  const words = wordsOf(shapes);
  if (words.length > 0) return words.map(String).join(' | ');
  const known = shapes.flatMap((shape) => (typeof shape.type === 'string' ? (typeWords[shape.type] ?? []) : []));
  return [...new Set(known)].join(' or ');
}

const typeWords: Readonly<Record<string, string>> = { string: 'text', object: 'a map', array: 'a list', integer: 'a whole number', number: 'a whole number' };
