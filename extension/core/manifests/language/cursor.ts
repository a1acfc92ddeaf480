import { lineEnd, lineStart } from './offsets.ts';
import { readTree, type KeyPath, type Range } from './tree.ts';

/** What could be written where the cursor stands. */
export interface Cursor {
  /** `key`: a key of the map at `path`. `value`: the value at `path`. */
  readonly at: 'key' | 'value';
  readonly path: KeyPath;
  /** Characters that a proposal replaces: the word around the cursor. */
  readonly replace: Range;
  /** Keys that the map has already. */
  readonly siblings: readonly string[];
  /** Column of the key's first character, so that what is inserted over several lines lines up. */
  readonly column: number;
  /** Whether the line holds nothing else, so that there is room for more than a word. */
  readonly ownLine: boolean;
  /** Whether a colon follows the key already. */
  readonly colon: boolean;
  /** The quote that a value at the cursor has already. */
  readonly quote: '' | '"' | "'";
}

/** Stands for what a person is about to write; no manifest holds it. */
const mark = 'zqCURSORqz';

const wordBefore = /[A-Za-z0-9_.:/@~${}*-]*$/;
const wordAfter = /^[A-Za-z0-9_.:/@~-]*/;
/** Behind `${` the closing brace is part of the word. */
const referenceAfter = /^[A-Za-z0-9_]*\}?/;

/**
 * Reads the text as if a word stood at the cursor and looks where that word is: the parser knows block and flow style,
 * indentation and lists better than a pattern does. Undefined outside the frontmatter and in comments.
 */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const tree = readTree(text);
  if (tree === undefined || offset < tree.yaml.start || offset > tree.yaml.end) return undefined;
  const begin = lineStart(text, offset);
  const before = text.slice(begin, offset);
  const after = text.slice(offset, lineEnd(text, offset));
  if (/(?:^|\s)#/.test(before)) return undefined;
  const [, lead = '', rest = ''] = /^([ ]*(?:- +)*)(.*)$/.exec(before) ?? [];
  const inFlow = /[{[]/.test(rest);
  const fresh = !inFlow && !/[:"'\s]/.test(rest);
  return fresh && !/\S/.test(after.replace(wordAfter, '').replace(/^\s*(?::.*|#.*)?$/, ''))
    ? atLineStart(text, offset, lead, rest, after)
    : inLine(text, offset, before, after);
}

/** A line that holds nothing but indentation, dashes and perhaps the beginning of a key. */
function atLineStart(text: string, offset: number, lead: string, rest: string, after: string): Cursor | undefined {
  const word = wordAfter.exec(after)?.[0].replace(/:$/, '') ?? '';
  const replace = { start: offset - rest.length, end: offset + word.length };
  const colon = /^\s*:/.test(text.slice(replace.end, lineEnd(text, replace.end)));
  const found = marked(`${text.slice(0, replace.start)}${mark}${colon ? '' : ':'}${text.slice(replace.end)}`);
  if (found?.key !== true) return undefined;
  return { at: 'key', path: found.path.slice(0, -1), replace, siblings: found.siblings, column: lead.length, ownLine: !colon, colon, quote: '' };
}

function inLine(text: string, offset: number, before: string, after: string): Cursor | undefined {
  const quoted = /(?:^|[\s,[{:-])(["'])((?:(?!\1).)*)$/.exec(before);
  const quote = quoted?.[1] === '"' ? '"' : quoted?.[1] === "'" ? "'" : '';
  const head = quote === '' ? (wordBefore.exec(flowSafe(before))?.[0] ?? '') : (quoted?.[2] ?? '');
  const tail = quote === '' ? ((head.includes('${') ? referenceAfter : wordAfter).exec(after)?.[0].replace(/:$/, '') ?? '') : (after.split(quote)[0] ?? '');
  const replace = { start: offset - head.length, end: offset + tail.length };
  const closing = quote !== '' && !after.includes(quote) ? quote : '';
  const found = marked(`${text.slice(0, replace.start)}${mark}${closing}${text.slice(replace.end)}`);
  if (found === undefined) return undefined;
  const colon = /^\s*:/.test(text.slice(replace.end, lineEnd(text, offset)));
  const place = found.key ? { at: 'key' as const, path: found.path.slice(0, -1) } : { at: 'value' as const, path: found.path };
  return { ...place, replace, siblings: found.siblings, column: before.length - head.length, ownLine: false, colon, quote };
}

/** A brace that opens a map is no part of the word behind it; that of `${` is. */
function flowSafe(before: string): string {
  return before.replace(/(^|[^$])[{[,]/g, '$1 ');
}

interface Marked {
  readonly path: KeyPath;
  readonly key: boolean;
  readonly siblings: readonly string[];
}

function marked(text: string): Marked | undefined {
  const entries = readTree(text)?.entries ?? [];
  const found = entries.find((one) => one.path.at(-1) === mark || (typeof one.scalar === 'string' && one.scalar.includes(mark)));
  if (found === undefined) return undefined;
  const key = found.path.at(-1) === mark;
  const siblings = key ? entries.filter((one) => one.path.length === found.path.length && one !== found && one.path.slice(0, -1).every((part, index) => part === found.path[index])) : [];
  return { path: found.path, key, siblings: siblings.map((one) => String(one.path.at(-1))) };
}
