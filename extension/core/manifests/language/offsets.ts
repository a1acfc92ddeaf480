import type { Position } from '../../../../schemas/manifest/position.ts';
import type { Range } from './tree.ts';

/** Offset of a line and column; the end of the text for a place behind it. */
export function offsetOf(text: string, { line, column }: Position): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/** From an offset to the end of what stands there on its line; at least one character where the text has one. */
export function wordRange(text: string, start: number): Range {
  const rest = /^[^\r\n]*/.exec(text.slice(start))?.[0].trimEnd() ?? '';
  const word = /^(?:"[^"]*"|'[^']*'|[^\s,\]}#]+)/.exec(rest)?.[0] ?? rest;
  return { start, end: Math.min(start + Math.max(word.length, 1), Math.max(text.length, start)) };
}

/** Offset where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset where the line of an offset ends, its line break not included. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  const stop = end === -1 ? text.length : end;
  return text[stop - 1] === '\r' && stop > offset ? stop - 1 : stop;
}
