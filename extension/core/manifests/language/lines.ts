import { lineStart } from './offsets.ts';
import { samePath, type Entry, type Range, type Tree } from './tree.ts';

/** Whether the value is written in brackets rather than in lines. */
export function isInBrackets(tree: Tree, { kind, value }: Entry): boolean {
  return (kind === 'map' || kind === 'list') && value !== undefined && '{['.includes(tree.text.charAt(value.start));
}

/** The outermost brackets around an offset; undefined when there are none, or when the whole frontmatter is in them. */
export function bracketsAround(tree: Tree, offset: number): Entry | undefined {
  return tree.entries.find((one) => isInBrackets(tree, one) && one.value !== undefined && one.value.start <= offset && offset < one.value.end);
}

/** What has to be written instead of a value in brackets so that it stands in lines. */
export interface InLines {
  readonly range: Range;
  readonly pad: string;
  readonly lines: readonly string[];
  /** The lines put together as they fit the range. */
  text(lines: readonly string[]): string;
}

/**
 * A value in brackets, one key or item a line; what is in brackets inside it stays so when nothing further is. Undefined
 * where a comment or a text of several lines would get lost.
 */
export function inLines(tree: Tree, entry: Entry): InLines | undefined {
  const { key, value } = entry;
  if (value === undefined || childrenOf(tree, entry).length === 0) return undefined;
  const source = tree.text.slice(value.start, value.end);
  if (source.includes('#') || childrenOf(tree, entry, 'all').some((one) => one.kind === 'scalar' && one.value !== undefined && tree.text.slice(one.value.start, one.value.end).includes('\n'))) return undefined;
  const start = key?.start ?? value.start;
  const pad = ' '.repeat(start - lineStart(tree.text, start) + (key === undefined ? 0 : 2));
  const from = key === undefined ? value.start : value.start - (/\s*$/.exec(tree.text.slice(key.end, value.start))?.[0].length ?? 0);
  const text = (lines: readonly string[]): string => (key === undefined ? lines.join('\n').slice(pad.length) : `\n${lines.join('\n')}`);
  return { range: { start: from, end: value.end }, pad, lines: linesOf(tree, entry, pad), text };
}

function linesOf(tree: Tree, entry: Entry, pad: string): string[] {
  return childrenOf(tree, entry).flatMap((child) => {
    const lead = child.key === undefined ? `${pad}-` : `${pad}${tree.text.slice(child.key.start, child.key.end)}:`;
    const source = child.value === undefined ? '' : ` ${tree.text.slice(child.value.start, child.value.end).replace(/\s*\n\s*/g, ' ')}`;
    if (!childrenOf(tree, child).some((one) => one.kind === 'map' || one.kind === 'list')) return [`${lead}${source}`];
    const below = linesOf(tree, child, `${pad}  `);
    return child.key === undefined ? below.map((line, index) => (index === 0 ? `${lead} ${line.trimStart()}` : line)) : [lead, ...below];
  });
}

function childrenOf(tree: Tree, { path }: Entry, which: 'own' | 'all' = 'own'): readonly Entry[] {
  return tree.entries.filter((one) => (which === 'own' ? one.path.length === path.length + 1 : one.path.length > path.length) && samePath(one.path.slice(0, path.length), path));
}

/** Whether brackets stand inside the brackets of this value. */
export function isNested(tree: Tree, entry: Entry): boolean {
  return isInBrackets(tree, entry) && childrenOf(tree, entry).some((one) => one.kind === 'map' || one.kind === 'list');
}
