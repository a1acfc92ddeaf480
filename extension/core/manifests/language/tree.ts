import { isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import { splitFrontmatter } from '../../../../schemas/manifest/frontmatter.ts';
import { yamlDocument } from '../../../../schemas/manifest/parse.ts';

/** Part of a text; offsets count UTF-16 units from its start, the end is not part of it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Keys and list indexes from the top of the frontmatter. */
export type KeyPath = readonly (string | number)[];

/** One key or list item as it stands in the text. */
export interface Entry {
  readonly path: KeyPath;
  /** The key's own characters; undefined for an item of a list. */
  readonly key: Range | undefined;
  /** The value's characters; undefined where none is written. */
  readonly value: Range | undefined;
  readonly kind: 'map' | 'list' | 'scalar' | 'empty';
  /** A scalar's value as YAML reads it. */
  readonly scalar: unknown;
  /** How the scalar is quoted: nothing, one of the quotes, or `|`/`>` as a block. */
  readonly quote: '' | '"' | "'" | 'block';
}

/** Frontmatter read as far as it can be: for an editor, where most texts are halfway to being right. */
export interface Tree {
  readonly text: string;
  /** The YAML between the markers, or all that follows an opening marker that nothing closes. */
  readonly yaml: Range;
  /** What the parser made of it, for those who read it strictly; undefined when it is nested too deeply. */
  readonly document: Document.Parsed | undefined;
  /** Every key and item in the order of the text, parents before children. */
  readonly entries: readonly Entry[];
}

/** Reads a text that may be broken; undefined when it does not even begin as a manifest. */
export function readTree(text: string): Tree | undefined {
  const yaml = yamlRange(text);
  if (yaml === undefined) return undefined;
  const entries: Entry[] = [];
  const document = parsed(text.slice(yaml.start, yaml.end));
  if (isNode(document?.contents)) collect(document.contents, [], yaml.start, entries);
  return { text, yaml, document, entries };
}

function yamlRange(text: string): Range | undefined {
  const parts = splitFrontmatter(text);
  if (!('message' in parts)) return { start: parts.yamlOffset, end: parts.yamlOffset + parts.yaml.length };
  const opening = /^\uFEFF?---[ \t]*\r?\n/.exec(text);
  return opening === null ? undefined : { start: opening[0].length, end: text.length };
}

function parsed(yaml: string): Document.Parsed | undefined {
  try {
    return yamlDocument(yaml);
  } catch {
    return undefined;
  }
}

function collect(node: Node, path: KeyPath, base: number, into: Entry[]): void {
  if (isMap(node)) {
    for (const pair of node.items) collectPair(pair, path, base, into);
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const value = isNode(item) ? item : null;
      into.push(entry([...path, index], undefined, value, base));
      if (value !== null) collect(value, [...path, index], base, into);
    }
  }
}

function collectPair(pair: Pair, path: KeyPath, base: number, into: Entry[]): void {
  if (!isScalar(pair.key)) return;
  const own = [...path, String(pair.key.value)];
  const value = isNode(pair.value) ? pair.value : null;
  into.push(entry(own, rangeOf(pair.key, base), value, base));
  if (value !== null) collect(value, own, base, into);
}

function entry(path: KeyPath, key: Range | undefined, node: Node | null, base: number): Entry {
  const range = node === null ? undefined : rangeOf(node, base);
  const empty = range === undefined || range.start === range.end;
  return {
    path,
    key,
    value: empty ? undefined : range,
    kind: isMap(node) ? 'map' : isSeq(node) ? 'list' : empty ? 'empty' : 'scalar',
    scalar: isScalar(node) ? node.value : undefined,
    quote: isScalar(node) ? quoteOf(node.type) : '',
  };
}

function quoteOf(type: string | undefined): Entry['quote'] {
  if (type === 'QUOTE_DOUBLE') return '"';
  if (type === 'QUOTE_SINGLE') return "'";
  return type === 'PLAIN' || type === undefined ? '' : 'block';
}

function rangeOf(node: Node, base: number): Range | undefined {
  const range = node.range;
  return range === undefined || range === null ? undefined : { start: base + range[0], end: base + range[1] };
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

/** Where a cursor stands: on a key or on a scalar. */
export interface Spot {
  readonly entry: Entry;
  readonly on: 'key' | 'value';
  readonly range: Range;
}

/** The key or scalar under an offset, its end included; undefined between them. */
export function spotAt(tree: Tree, offset: number): Spot | undefined {
  for (const one of tree.entries) {
    if (one.key !== undefined && holds(one.key, offset)) return { entry: one, on: 'key', range: one.key };
    if (one.kind === 'scalar' && one.value !== undefined && holds(one.value, offset)) return { entry: one, on: 'value', range: one.value };
  }
  return undefined;
}

/** The entry at exactly this path. */
export function entryAt(tree: Tree, path: readonly PropertyKey[]): Entry | undefined {
  return tree.entries.find((one) => samePath(one.path, path));
}

/** Whether two paths lead to one place. */
export function samePath(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

function holds(range: Range, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}
