import type { ManifestPlace } from './place.ts';
import { readTree, samePath, type Entry, type KeyPath, type Range } from './tree.ts';

/** One line of a manifest's outline. */
export interface ManifestSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'map' | 'list' | 'value' | 'route' | 'prompt';
  /** The whole of it. */
  readonly range: Range;
  /** What is selected when it is chosen. */
  readonly selection: Range;
  readonly children: readonly ManifestSymbol[];
}

/** The outline of a manifest: its keys, with routes named by their host, and the text below. */
export function symbolsOf(place: ManifestPlace, text: string): readonly ManifestSymbol[] {
  const tree = readTree(text);
  if (tree === undefined) return [];
  const keys = below(text, tree.entries, []);
  const body = tree.yaml.end < text.length ? text.slice(tree.yaml.end).replace(/^---[ \t]*(?:\r?\n|$)/, '') : '';
  if (body.trim() === '') return keys;
  const start = text.length - body.trimStart().length;
  const range = { start, end: start + body.trim().length };
  return [...keys, { name: place.kind === 'agent' ? 'prompt' : 'notes', detail: '', kind: 'prompt', range, selection: range, children: [] }];
}

function below(text: string, entries: readonly Entry[], parent: KeyPath): readonly ManifestSymbol[] {
  return entries.filter((one) => one.path.length === parent.length + 1 && samePath(one.path.slice(0, -1), parent)).map((entry) => symbol(text, entries, entry));
}

function symbol(text: string, entries: readonly Entry[], entry: Entry): ManifestSymbol {
  const first = entry.key ?? entry.value ?? { start: 0, end: 0 };
  const end = Math.max(first.end, entry.value === undefined ? 0 : entry.value.start + text.slice(entry.value.start, entry.value.end).trimEnd().length);
  const host = entries.find((one) => samePath(one.path, [...entry.path, 'host']));
  const isItem = entry.key === undefined;
  const selection = isItem ? (host?.value ?? { start: first.start, end: Math.min(first.end, end) }) : first;
  return {
    name: isItem ? itemName(entry, host) : String(entry.path.at(-1)),
    // A value is shown only where it is a name; the text of a variable may be a secret in the wrong place.
    detail: entry.kind === 'scalar' && entry.path[0] !== 'env' && !isItem ? String(entry.scalar).slice(0, 80) : '',
    kind: host !== undefined && isItem ? 'route' : entry.kind === 'map' ? 'map' : entry.kind === 'list' ? 'list' : 'value',
    range: { start: first.start, end },
    selection,
    children: below(text, entries, entry.path),
  };
}

function itemName(entry: Entry, host: Entry | undefined): string {
  if (typeof host?.scalar === 'string') return host.scalar;
  return entry.kind === 'scalar' ? String(entry.scalar) : `[${String(entry.path.at(-1))}]`;
}
