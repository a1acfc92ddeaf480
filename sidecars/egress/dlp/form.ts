import { withoutTags } from './markup.ts';

/** Values of a form or query in their order, without the names between them. */
export function joinedValues(form: string): string {
  return pairs(form).map((pair) => pair.slice(pair.indexOf('=') + 1)).join('\n');
}

/** Names of a form or query in their order. */
export function joinedKeys(form: string): string {
  return pairs(form).map((pair) => pair.split('=', 1)[0] ?? '').join('\n');
}

function pairs(form: string): string[] {
  return form.split(/[&;]/);
}

/** A form is told by how it begins, whatever its label says. */
const formBegin = /^[^\s={}<>"]{1,256}=/;

/** How much of the beginning and end of each part of a multipart body stands next to its neighbours. Bytes. */
const EDGE = 512;

/**
 * What a body says when the names between its fields are left out: values of a form, text of a markup, or beginnings
 * and ends of the parts of a multipart body (RFC 2046). Undefined when it is none of these.
 */
export function joinedFields(body: Buffer): Buffer | undefined {
  const begin = body.toString('latin1', 0, 512);
  if (formBegin.test(begin) && begin.includes('&')) {
    const text = body.toString('latin1');
    return Buffer.from(`${joinedValues(text)}\n${joinedKeys(text)}`, 'latin1');
  }
  if (/^\s*</.test(begin)) return withoutTags(body);
  const boundary = /^(?:\r\n)?(--[^\r\n]{1,200})\r?\n/.exec(begin)?.[1];
  return boundary === undefined ? undefined : joinedParts(body, Buffer.from(boundary, 'latin1'));
}

function joinedParts(body: Buffer, boundary: Buffer): Buffer {
  const edges: Buffer[] = [];
  for (let at = body.indexOf(boundary); at >= 0; ) {
    const next = body.indexOf(boundary, at + boundary.length);
    const part = body.subarray(at, next < 0 ? body.length : next);
    const blank = part.indexOf('\r\n\r\n');
    const content = part.subarray(blank < 0 ? 0 : blank + 4);
    edges.push(content.subarray(0, EDGE), content.subarray(Math.max(EDGE, content.length - EDGE)));
    at = next;
  }
  return Buffer.concat(edges);
}
