import { withoutTags } from './markup.ts';

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

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

/** Parts of one multipart body. */
const MOST_PARTS = 10_000;

/**
 * What a body says when the names between its fields are left out: values of a form, text of a markup, or beginnings
 * and ends of the parts of a multipart body (RFC 2046). Undefined when it is none of these.
 */
export function joinedFields(body: Buffer): Buffer | undefined {
  const begin = body.toString('latin1', 0, 512);
  if (formBegin.test(begin) && begin.includes('&')) return joinedPairs(body);
  if (/^\s*</.test(begin)) return withoutTags(body);
  const boundary = /^(?:\r\n)?(--[^\r\n]{1,200})\r?\n/.exec(begin)?.[1];
  return boundary === undefined ? undefined : joinedParts(body, Buffer.from(boundary, 'latin1'));
}

function joinedParts(body: Buffer, boundary: Buffer): Buffer {
  const edges: Buffer[] = [];
  for (let at = body.indexOf(boundary); at >= 0; ) {
    if (edges.length > 2 * MOST_PARTS) throw new RangeError('too many parts');
    const next = body.indexOf(boundary, at + boundary.length);
    const part = body.subarray(at, next < 0 ? body.length : next);
    const blank = part.indexOf('\r\n\r\n');
    const content = part.subarray(blank < 0 ? 0 : blank + 4);
    edges.push(content.subarray(0, EDGE), content.subarray(Math.max(EDGE, content.length - EDGE)));
    at = next;
  }
  return Buffer.concat(edges);
}
