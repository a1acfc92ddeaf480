import { createHash } from 'node:crypto';
import { createTwoFilesPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { ChangeEntry } from '../../core/workspace/content.ts';
import { binaryPatch } from './gitBinary.ts';

/** One path before and after. */
export interface Sides {
  readonly path: string;
  readonly before: ChangeEntry;
  readonly after: ChangeEntry;
}

/** Lines added and removed; null for what is not text. */
export interface Count {
  readonly added: number;
  readonly removed: number;
}

/** A patch, or the sentence why the path is not in one. */
export type Patch = { readonly text: string; readonly fault?: undefined } | { readonly text?: undefined; readonly fault: string };

/** Contents above this many bytes are not put into a patch. */
const largest = 32 * 1024 * 1024;

/** Differences a diff is searched for; two texts further apart are told as one replaced by the other. */
const furthest = 3_000;

/** What git keeps at a path. */
interface Blob {
  readonly mode: '100644' | '100755' | '120000';
  readonly bytes: Uint8Array;
}

/** The change of one path as `git diff --binary` writes it, which is what `git apply` makes the same change of. */
export function gitPatch({ path, before, after }: Sides): Patch {
  if (before.kind === 'lost' || after.kind === 'lost') return { fault: 'nobody kept what it was at the start before the host changed it.' };
  const from = blobOf(before);
  const to = blobOf(after);
  if ([from, to].some((blob) => blob !== undefined && blob.bytes.length > largest)) return { fault: 'is larger than 32 MiB.' };
  // Git has no word for a file that becomes a link: one goes, the other comes.
  const steps = from !== undefined && to !== undefined && (from.mode === '120000') !== (to.mode === '120000') ? ([[from, undefined], [undefined, to]] as const) : ([[from, to]] as const);
  return { text: steps.map(([left, right]) => onePatch(path, left, right)).join('') };
}

/** How many lines a file gained and lost. */
export function countLines({ path, before, after }: Sides): Count | null {
  const left = textOf(blobOf(before)?.bytes);
  const right = textOf(blobOf(after)?.bytes);
  if (left === null || right === null || before.kind === 'lost' || after.kind === 'lost') return null;
  const lines = left === '' || right === '' ? undefined : structuredPatch(path, path, left, right, undefined, undefined, { context: 0, maxEditLength: furthest })?.hunks.flatMap((hunk) => hunk.lines);
  if (lines === undefined) return { added: marked(right, '+').count, removed: marked(left, '-').count };
  return { added: lines.filter((line) => line.startsWith('+')).length, removed: lines.filter((line) => line.startsWith('-')).length };
}

function blobOf(entry: ChangeEntry): Blob | undefined {
  if (entry.kind === 'file') return { mode: entry.executable ? '100755' : '100644', bytes: entry.bytes };
  return entry.kind === 'link' ? { mode: '120000', bytes: entry.bytes } : undefined;
}

function onePatch(path: string, from: Blob | undefined, to: Blob | undefined): string {
  if (from === undefined && to === undefined) return '';
  const content = contentPatch(path, from, to);
  const modes = modeLines(from, to);
  if (content === '' && modes === '') return '';
  return `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n${modes}${content}`;
}

function modeLines(from: Blob | undefined, to: Blob | undefined): string {
  if (from === undefined) return `new file mode ${to?.mode ?? ''}\n`;
  if (to === undefined) return `deleted file mode ${from.mode}\n`;
  return from.mode === to.mode ? '' : `old mode ${from.mode}\nnew mode ${to.mode}\n`;
}

function contentPatch(path: string, from: Blob | undefined, to: Blob | undefined): string {
  const [before, after] = [from?.bytes ?? new Uint8Array(), to?.bytes ?? new Uint8Array()];
  if (from !== undefined && to !== undefined && Buffer.compare(before, after) === 0) return '';
  const index = `index ${objectName(from)}..${objectName(to)}${from?.mode === to?.mode ? ` ${to?.mode ?? ''}` : ''}\n`;
  const left = textOf(before);
  const right = textOf(after);
  if (left === null || right === null) return index + binaryPatch(before, after);
  if (left === right) return index;
  return `${index}--- ${fileName(from === undefined ? null : `a/${path}`)}\n+++ ${fileName(to === undefined ? null : `b/${path}`)}\n${hunks(left, right)}`;
}

function hunks(left: string, right: string): string {
  if (left === '' || right === '') return replacement(left, right);
  return createTwoFilesPatch('', '', left, right, undefined, undefined, { context: 3, headerOptions: OMIT_HEADERS, maxEditLength: furthest }) ?? replacement(left, right);
}

/** One hunk that takes every line away and adds every new one. */
function replacement(left: string, right: string): string {
  const [old, fresh] = [marked(left, '-'), marked(right, '+')];
  return `@@ -${old.count === 0 ? 0 : 1},${old.count} +${fresh.count === 0 ? 0 : 1},${fresh.count} @@\n${old.text}${fresh.text}`;
}

function marked(text: string, mark: '-' | '+'): { readonly text: string; readonly count: number } {
  if (text === '') return { text: '', count: 0 };
  const whole = text.endsWith('\n');
  const lines = (whole ? text.slice(0, -1) : text).split('\n');
  return { text: lines.map((line) => `${mark}${line}\n`).join('') + (whole ? '' : '\\ No newline at end of file\n'), count: lines.length };
}

/** The name git gives a content; zeroes for none. */
function objectName(blob: Blob | undefined): string {
  if (blob === undefined) return '0'.repeat(40);
  return createHash('sha1').update(`blob ${blob.bytes.length}\0`).update(blob.bytes).digest('hex');
}

/** A name in a `---` line; a tab ends one with a space in it, for `patch` takes the rest as a time otherwise. */
function fileName(name: string | null): string {
  return name === null ? '/dev/null' : `${quoted(name)}${name.includes(' ') ? '\t' : ''}`;
}

/** As git quotes names: other than plain ASCII as octal bytes, in quotes. */
function quoted(name: string): string {
  if (/^[ !#-[\]-~]*$/.test(name)) return name;
  return `"${[...Buffer.from(name, 'utf8')].map(quotedByte).join('')}"`;
}

function quotedByte(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
}

/** Text if it decodes as UTF-8 without a NUL, as git decides; null for binary. */
function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return '';
  if (bytes.subarray(0, 8000).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
