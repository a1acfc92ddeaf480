import { withoutTags } from './markup.ts';
import { standsAt } from './search/search.ts';

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const LINE_FEED = 0x0a;
const DASH = 0x2d;
/** Space, tab and carriage return. */
const blanks: readonly number[] = [0x20, 0x09, 0x0d];

/** Values of a form or query in their order without the names between them, then the names without the values. */
export function joinedPairs(form: Buffer): Buffer {
  const values = Buffer.allocUnsafe(form.length);
  const names = Buffer.allocUnsafe(form.length);
  let valueLength = 0;
  let nameLength = 0;
  let inName = true;
  for (const byte of form) {
    if (byte === AMPERSAND || byte === SEMICOLON) inName = true;
    else if (byte === EQUALS && inName) inName = false;
    else if (inName) names[nameLength++] = byte;
    else values[valueLength++] = byte;
  }
  return Buffer.concat([values.subarray(0, valueLength), Buffer.from('\n'), names.subarray(0, nameLength)]);
}

/** A form is told by how it begins, whatever its label says. */
const formBegin = /^[^\s={}<>"]{1,256}=/;

/** How much of the beginning and end of each part of a multipart body stands next to its neighbours. Bytes. */
const EDGE = 512;

/** How far into a body its first boundary is looked for: there may be a preamble. Bytes. */
const PREAMBLE = 4096;

/** A boundary with fields behind it, at the beginning or behind a preamble. A line of dashes or front matter is none. */
const boundaries = [/^(?:\r?\n)?(--[^\r\n]{1,200})\r?\n(?=[!-9;-~]{1,64}:|\r?\n)/, /\n(--[^\r\n]{1,200})\r?\n(?=content-)/i];

/**
 * What a body says when the names between its fields are left out: values of a form, text of a markup, or beginnings
 * and ends of the parts of a multipart body (RFC 2046). Undefined when it is none of these.
 */
export function joinedFields(body: Buffer): Buffer | undefined {
  const begin = body.toString('latin1', 0, 512);
  if (formBegin.test(begin) && begin.includes('&')) return joinedPairs(body);
  if (/^\s*</.test(begin)) return withoutTags(body);
  const preamble = body.toString('latin1', 0, PREAMBLE);
  const boundary = boundaries.map((pattern) => pattern.exec(preamble)?.[1]).find((found) => found !== undefined)?.trimEnd();
  return boundary === undefined ? undefined : joinedParts(body, Buffer.from(boundary, 'latin1'));
}

/** One pass over the lines, however many parts they make. */
function joinedParts(body: Buffer, boundary: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  const part = (from: number, to: number): void => {
    const skipped = to - from > 2 * EDGE ? from + EDGE : to;
    for (let at = from; at < to; at++) {
      if (at === skipped) at = to - EDGE;
      out[length++] = body[at] ?? 0;
    }
  };
  /** Where the part begins, and its text: behind the first empty line, or there is none. */
  let [begin, content] = [-1, -1];
  for (let line = 0; line < body.length; ) {
    let end = line;
    while (end < body.length && body[end] !== LINE_FEED) end++;
    if (isBoundary(body, line, end, boundary)) {
      if (begin >= 0) part(content < 0 ? begin : content, line);
      [begin, content] = [end + 1, -1];
    } else if (begin >= 0 && content < 0 && isEmpty(body, line, end)) content = end + 1;
    line = end + 1;
  }
  if (begin >= 0) part(content < 0 ? begin : content, body.length);
  return out.subarray(0, length);
}

/** `--boundary` or, at the end, `--boundary--`, and perhaps white space (RFC 2046 section 5.1.1). */
function isBoundary(body: Buffer, line: number, end: number, boundary: Buffer): boolean {
  if (end - line < boundary.length || !standsAt(body, line, boundary)) return false;
  const behind = line + boundary.length;
  return isEmpty(body, body[behind] === DASH && body[behind + 1] === DASH ? behind + 2 : behind, end);
}

function isEmpty(body: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!blanks.includes(body[at] ?? 0)) return false;
  return true;
}
