import { nearest } from '../../../../schemas/manifest/nearest.ts';
import { printLines } from '../../../../schemas/manifest/print.ts';
import { parseAuthority } from '../../../../schemas/policy/host.ts';
import { bracketsAround, inLines, isInBrackets, isNested } from './lines.ts';
import { lineEnd, lineStart } from './offsets.ts';
import { meaningAt } from './meaning.ts';
import { bottlePath, type ManifestPlace } from './place.ts';
import type { TextEdit } from './rename.ts';
import { keysOf, shapesAt, takes, wordsOf, type Shape } from './shape.ts';
import { entryAt, readTree, type Entry, type Range, type Tree } from './tree.ts';
import type { World } from './world.ts';

/** A change that makes a wrong place right. */
export interface Fix {
  readonly title: string;
  /** Whether it is the one that is meant as a rule. */
  readonly preferred: boolean;
  readonly edits: readonly TextEdit[];
  /** A file to write; it does not exist yet. */
  readonly create: { readonly path: string; readonly text: string } | undefined;
}

type Repair = (given: Given, entry: Entry) => Promise<readonly Fix[]> | readonly Fix[];

interface Given {
  readonly world: World;
  readonly root: Shape;
  readonly place: ManifestPlace;
  readonly tree: Tree;
}

/** What could be done about the keys and values that a range touches. */
export async function fixesAt(world: World, root: Shape, place: ManifestPlace, text: string, range: Range): Promise<readonly Fix[]> {
  const tree = readTree(text);
  if (tree === undefined) return [];
  const touched = tree.entries.filter((one) => touches(one.key, range) || (one.kind !== 'map' && one.kind !== 'list' && touches(one.value, range)));
  const given: Given = { world, root, place, tree };
  const ofEntries = await Promise.all(touched.flatMap((entry) => repairs.map(async (repair) => repair(given, entry))));
  return [...writeInLines(place, tree, range), ...ofEntries.flat()];
}

function touches(one: Range | undefined, other: Range): boolean {
  return one !== undefined && one.start <= other.end && other.start <= one.end;
}

const repairs: readonly Repair[] = [nearestKey, nearestWord, nearestName, quoteScalar, splitHost, createBottle];

/** Brackets inside brackets: the outermost give way to lines. */
function writeInLines(place: ManifestPlace, tree: Tree, range: Range): readonly Fix[] {
  const outermost = bracketsAround(tree, range.start);
  const written = outermost === undefined || !isNested(tree, outermost) ? undefined : inLines(tree, outermost);
  return written === undefined ? [] : [replace(place, 'Write it in lines', written.range, written.text(written.lines))];
}

/** An unknown key: the allowed one that is closest. */
function nearestKey({ root, place, tree }: Given, { path, key }: Entry): readonly Fix[] {
  const name = path.at(-1);
  const parent = shapesAt(root, path.slice(0, -1));
  const allowed = [...keysOf(parent).keys()];
  if (key === undefined || typeof name !== 'string' || allowed.includes(name) || shapesAt(root, path).length > 0) return [];
  const free = allowed.filter((one) => entryAt(tree, [...path.slice(0, -1), one]) === undefined);
  const near = nearest(name, free);
  return near === undefined ? [] : [replace(place, `Change to ${near}`, key, near)];
}

/** A word that is not in a closed list: the one that is closest. */
function nearestWord({ root, place }: Given, entry: Entry): readonly Fix[] {
  const shapes = shapesAt(root, entry.path);
  const words = wordsOf(shapes).map(String);
  if (entry.value === undefined || typeof entry.scalar !== 'string' || words.length === 0 || words.includes(entry.scalar)) return [];
  const near = booleans.get(entry.scalar.toLowerCase()) ?? nearest(entry.scalar, words);
  return near === undefined || !words.includes(near) ? [] : [replace(place, `Change to ${near}`, entry.value, near)];
}

/** What other dialects of YAML read as a boolean. */
const booleans: ReadonlyMap<string, string> = new Map([['yes', 'true'], ['on', 'true'], ['y', 'true'], ['true', 'true'], ['no', 'false'], ['off', 'false'], ['n', 'false'], ['false', 'false']]);

/** A name of something that does not exist: the closest that does. */
async function nearestName({ world, place }: Given, { path, value, scalar }: Entry): Promise<readonly Fix[]> {
  const meaning = meaningAt(place.kind, path);
  if (value === undefined || typeof scalar !== 'string' || (meaning !== 'bottle' && meaning !== 'skill' && meaning !== 'provider')) return [];
  const known = meaning === 'bottle' ? await world.names('bottle') : meaning === 'skill' ? await world.skills() : await world.providers();
  if (known.includes(scalar)) return [];
  const near = nearest(scalar, known.filter((name) => meaning !== 'bottle' || place.kind === 'agent' || name !== place.name));
  return near === undefined ? [] : [replace(place, `Change to ${near}`, value, near)];
}

/** A plain scalar where text belongs that YAML does not, or not everywhere, read as text. */
function quoteScalar({ root, place, tree }: Given, entry: Entry): readonly Fix[] {
  const { value, quote, kind, path } = entry;
  if (kind !== 'scalar' || value === undefined || quote !== '' || !takes(shapesAt(root, path), 'string')) return [];
  const source = tree.text.slice(value.start, value.end);
  if (typeof entry.scalar === 'string' && !doubtful.test(source)) return [];
  return [replace(place, 'Put it in quotes', value, JSON.stringify(source))];
}

/** Plain text that some readers of YAML take for a boolean, a date, a number or nothing. */
const doubtful = /^(?:y|n|yes|no|on|off|true|false|null|~)$|^[-+.]?[0-9][-+0-9:._eEx]*|^[-+]?\.(?:inf|nan)$/i;

/** `host: example.com/api`, `host: https://example.com/api`: the path belongs into a rule of its own. */
function splitHost({ place, tree }: Given, entry: Entry): readonly Fix[] {
  const { value, scalar, path, key } = entry;
  if (meaningAt(place.kind, path) !== 'host' || value === undefined || key === undefined || typeof scalar !== 'string') return [];
  const parts = /^(?:https?:\/\/)?([^/?#\s]+)(\/[^?#\s]*)?(?:[?#].*)?$/i.exec(scalar);
  const host = parts?.[1] ?? '';
  const rest = parts?.[2] ?? '/';
  if (parts === null || host === scalar || !parseAuthority(host, 443).ok) return [];
  const rules = entryAt(tree, [...path.slice(0, -1), 'matches']);
  if (rest === '/' || rules !== undefined) return [replace(place, `Change to ${host}`, value, host)];
  const title = `Split into host ${host} and path ${rest}`;
  const rule = (pad: string): string[] => printLines({ matches: [{ paths: [{ value: rest }] }] }, pad);
  const route = entryAt(tree, path.slice(0, -1));
  if (route !== undefined && isInBrackets(tree, route)) {
    const written = bracketsAround(tree, value.start) === route ? inLines(tree, route) : undefined;
    if (written === undefined) return [];
    const lines = written.lines.map((line) => (line.trimStart().startsWith('host:') ? `${written.pad}host: ${host}` : line));
    return [replace(place, title, written.range, written.text([...lines, ...rule(written.pad)]))];
  }
  const end = lineEnd(tree.text, value.end);
  const pad = ' '.repeat(key.start - lineStart(tree.text, key.start));
  const added = { path: place.path, range: { start: end, end }, text: `\n${rule(pad).join('\n')}` };
  const { edits, ...fix } = replace(place, title, value, host);
  return [{ ...fix, edits: [...edits, added] }];
}

/** A bottle that does not exist yet. */
async function createBottle({ world, place }: Given, { path, scalar }: Entry): Promise<readonly Fix[]> {
  if (meaningAt(place.kind, path) !== 'bottle' || typeof scalar !== 'string' || !/^[a-z][a-z0-9-]*$/.test(scalar)) return [];
  if ((await world.names('bottle')).includes(scalar)) return [];
  const file = bottlePath(world.roots().home, scalar);
  return [{ title: `Create the bottle ${scalar}`, preferred: false, edits: [], create: { path: file, text: emptyBottle } }];
}

/** The smallest bottle that is safe: a shell that reaches nothing. */
const emptyBottle = `---
agent_provider:
  template: shell
---
`;

function replace(place: ManifestPlace, title: string, range: Range, text: string): Fix {
  return { title, preferred: true, edits: [{ path: place.path, range, text }], create: undefined };
}
