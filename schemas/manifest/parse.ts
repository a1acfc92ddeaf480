import { isAlias, isCollection, isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Scalar } from 'yaml';
import { positionAt, splitFrontmatter } from './frontmatter.ts';
import type { ManifestProblem, Parsed, Position } from './position.ts';
import { doubtOf, invisible } from './scalars.ts';

/** A manifest as data, with the way back from a key path to its place in the text. */
export interface ManifestSource {
  readonly file: string;
  /** Plain maps, lists, strings, whole numbers and booleans. Not checked against a schema yet. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** Place of the value at a path, of its key with `key`, else of the closest parent that exists. */
  locate(path: readonly PropertyKey[], want?: 'key'): Position;
}

/**
 * Splits and reads a manifest strictly: no anchors, aliases, tags, duplicate keys, brackets inside brackets, or scalars
 * of doubtful type. Who has what `yamlDocument` made of the same frontmatter may give it.
 */
export function parseManifest(file: string, text: string, given?: Document.Parsed): Parsed<ManifestSource> {
  const parts = splitFrontmatter(text);
  if ('message' in parts) return { ok: false, problems: [{ file, key: '', ...parts }] };
  const problems: ManifestProblem[] = [];
  const report = (offset: number, message: string): void => {
    problems.push({ file, key: '', message, ...positionAt(text, parts.yamlOffset + offset) });
  };
  const hidden = invisible.exec(parts.yaml);
  if (hidden !== null) {
    report(hidden.index, `holds the invisible character U+${(hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}: take it out.`);
    return { ok: false, problems };
  }
  let document: Document.Parsed;
  try {
    document = given ?? yamlDocument(parts.yaml);
  } catch {
    report(0, 'is nested too deeply to be read.');
    return { ok: false, problems };
  }
  for (const error of [...document.errors, ...document.warnings]) report(error.pos[0], sentence(error.message));
  checkNodes(document, report);
  if (problems.length === 0 && !isMap(document.contents)) report(0, 'must be a map of keys and values.');
  if (problems.length > 0) return { ok: false, problems };
  const data: unknown = document.toJS({ maxAliasCount: 0 });
  if (!isRecord(data)) return { ok: false, problems: [{ file, key: '', line: 1, column: 1, message: 'must be a map of keys and values.' }] };
  return {
    ok: true,
    value: { file, data, body: parts.body, locate: (path, want) => positionAt(text, parts.yamlOffset + offsetOf(document.contents, path, want)) },
  };
}

/** YAML 1.2 without merge keys, keys as text, duplicates told. Throws when it is nested too deeply to be read. */
export function yamlDocument(yaml: string): Document.Parsed {
  return parseDocument(yaml, { version: '1.2', schema: 'core', stringKeys: true, uniqueKeys: true, merge: false, prettyErrors: false });
}

function checkNodes(document: Document.Parsed, report: (offset: number, message: string) => void): void {
  visit(document, {
    Pair(_place, { key, value }) {
      if (value === null && isScalar(key)) report(key.range?.[0] ?? 0, `the key ${JSON.stringify(String(key.value))} ${doubtOf('') ?? ''}`);
    },
    Node(key, node, ancestors) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) return report(offset, `uses the alias *${node.source}: write the value out.`);
      if ('anchor' in node && node.anchor !== undefined) report(offset, `sets the anchor &${node.anchor}: anchors are not allowed.`);
      if (node.tag !== undefined) report(offset, 'sets a type tag with "!": tags are not allowed.');
      // Once for each that is in brackets itself and opens inside the outermost brackets: what is deeper goes with it.
      if (inBrackets(node) && ancestors.filter(inBrackets).length === 1) report(offset, nestedBrackets);
      if (isScalar(node)) checkScalar(node, key === 'key', offset, report);
    },
  });
}

/** A review of changes reads line by line, so what a bottle may do must not hide in the middle of one. */
const nestedBrackets = 'opens brackets inside brackets: write the outer ones in lines, one "key: value" or "- entry" each. One level, as in [GET, HEAD] or {fetch: true}, may stay.';

function inBrackets(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}

function checkScalar(node: Scalar, isKey: boolean, offset: number, report: (offset: number, message: string) => void): void {
  if (isKey && node.value === '__proto__') return report(offset, 'the key "__proto__" is refused: programs take it for something else than a name.');
  if (node.type !== 'PLAIN') return;
  const source = node.source ?? '';
  if (isKey && source === '<<') return report(offset, 'uses the merge key "<<": use `extends` instead.');
  const doubt = doubtOf(source);
  if (doubt !== undefined) return report(offset, isKey ? `the key ${JSON.stringify(source)} ${doubt}` : `${source === '' ? 'the key' : JSON.stringify(source)} ${doubt}`);
  if (typeof node.value === 'number' && !Number.isSafeInteger(node.value)) report(offset, `${source} is too large for a number: put it in quotes to make it text.`);
}

function offsetOf(root: Node | null, path: readonly PropertyKey[], want: 'key' | undefined): number {
  let node: Node | null = root;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part);
      if (pair === undefined) return offset;
      const keyOffset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      offset = keyOffset;
      node = isNode(pair.value) ? pair.value : null;
      if (index === path.length - 1 && want === 'key') return keyOffset;
    } else if (isSeq(node) && typeof part === 'number') {
      const item: unknown = node.items[part];
      if (!isNode(item)) return offset;
      node = item;
    } else return offset;
    offset = node?.range?.[0] ?? offset;
  }
  return offset;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return `is not valid YAML: ${first.replace(/\.?$/, '.')}`;
}
