import { isCollection, isMap, isNode, isPair, isScalar, isSeq, visit, type Document, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { emptiedBy, type Change, type Path } from './change.ts';
import { printLines, printScalar, type Plain } from './print.ts';

/** The YAML with only the lines of the change touched; undefined where its place is not in block style. */
export function spliced(yaml: string, document: Document.Parsed, change: Change): string | undefined {
  const { path } = change;
  if (change.kind === 'remove') return lineless(yaml, document, emptiedBy(document.toJS(), path));
  const present = nodeAt(document, path);
  if (change.kind === 'set' && present !== undefined) return replaced(yaml, present, change.value);
  if (change.kind === 'append' && isSeq(present)) return behindLast(yaml, present, [change.value], true);
  return added(yaml, document, path, change.kind === 'append' ? [change.value] : change.value);
}

/** The YAML printed anew after the change. Comments and order stay, spacing may not. */
export function reprinted(_yaml: string, document: Document.Parsed, change: Change): string {
  const { path } = change;
  if (change.kind === 'remove') document.deleteIn(emptiedBy(document.toJS(), path));
  else if (change.kind === 'append' && document.hasIn(path)) document.addIn(path, document.createNode(change.value));
  else document.setIn(path, document.createNode(change.kind === 'append' ? [change.value] : change.value));
  // Brackets hold no brackets: what got some inside is written in lines.
  visit(document, {
    Collection: (_key, node) => {
      if (node.flow === true && node.items.some((item) => isCollection(isPair(item) ? item.value : item))) node.flow = false;
    },
  });
  return document.toString({ lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', flowCollectionPadding: false });
}

function replaced(yaml: string, node: Node, value: Plain): string | undefined {
  const [start, end] = extent(yaml, node);
  if (typeof value !== 'object' && isScalar(node)) return `${yaml.slice(0, start)}${printScalar(value)}${yaml.slice(end)}`;
  if (isFlow(node)) return undefined;
  const pad = ' '.repeat(columnOf(yaml, start));
  return `${yaml.slice(0, start)}${printLines(value, pad).join(lineBreak(yaml)).slice(pad.length)}${yaml.slice(end)}`;
}

/** Adds what is missing of a path to the innermost map that exists. */
function added(yaml: string, document: Document.Parsed, path: Path, value: Plain): string | undefined {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const holder = nodeAt(document, path.slice(0, depth));
    if (holder === undefined) continue;
    if (!isMap(holder)) return undefined;
    const missing = path.slice(depth).reduceRight<Plain>((inner, key) => ({ [key]: inner }), value);
    return behindLast(yaml, holder, missing, depth > 0);
  }
  return undefined;
}

/** Puts lines behind the last entry of a collection, in its column; an empty one gives way to them. */
function behindLast(yaml: string, holder: YAMLMap | YAMLSeq, value: Plain, hasParent: boolean): string | undefined {
  const [start, end] = extent(yaml, holder);
  const br = lineBreak(yaml);
  if (holder.items.length === 0) {
    const pad = hasParent ? `${/^ */.exec(yaml.slice(lineStart(yaml, start)))?.[0] ?? ''}  ` : '';
    const lines = printLines(value, pad).join(br);
    return hasParent ? `${yaml.slice(0, start).replace(/ +$/, '')}${br}${lines}${yaml.slice(end)}` : `${yaml.slice(0, start)}${lines}${yaml.slice(end)}`;
  }
  const stop = endOfLine(yaml, end);
  if (isFlow(holder) || stop === undefined) return undefined;
  return `${yaml.slice(0, stop)}${br}${printLines(value, ' '.repeat(columnOf(yaml, start))).join(br)}${yaml.slice(stop)}`;
}

/** Cuts the whole lines of an entry out; comments above it stay. */
function lineless(yaml: string, document: Document.Parsed, path: Path): string | undefined {
  const holder = nodeAt(document, path.slice(0, -1));
  const node = nodeAt(document, path);
  if (node === undefined || !isCollection(holder) || isFlow(holder)) return undefined;
  const pair = isMap(holder) ? holder.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : undefined;
  const first = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : node.range?.[0] ?? 0;
  const from = lineStart(yaml, first);
  const stop = endOfLine(yaml, extent(yaml, node)[1]);
  const lead = yaml.slice(from, first);
  if (stop === undefined || !(isMap(holder) ? /^ *$/ : /^ *- *$/).test(lead)) return undefined;
  const after = /^\r?\n/.exec(yaml.slice(stop))?.[0].length ?? 0;
  return `${yaml.slice(0, from)}${yaml.slice(stop + after)}`;
}

function nodeAt(document: Document.Parsed, path: Path): Node | undefined {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

/** Offsets of a node without the white space behind it, which counts to block collections and scalars. */
function extent(yaml: string, node: Node): readonly [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, start + yaml.slice(start, end).trimEnd().length];
}

/** End of the line that an entry ends on, its comment included; undefined when something else follows on it. */
function endOfLine(yaml: string, offset: number): number | undefined {
  const rest = /^[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)/.exec(yaml.slice(offset));
  return rest === null ? undefined : offset + rest[0].length;
}

function lineStart(yaml: string, offset: number): number {
  return yaml.lastIndexOf('\n', offset - 1) + 1;
}

function columnOf(yaml: string, offset: number): number {
  return offset - lineStart(yaml, offset);
}

function lineBreak(yaml: string): string {
  return yaml.includes('\r\n') ? '\r\n' : '\n';
}

function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}
