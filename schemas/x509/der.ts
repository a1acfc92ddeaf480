/** The handful of ASN.1 DER (ITU-T X.690) that an X.509 certificate needs. */
export type Der = Uint8Array;

function tlv(tag: number, ...parts: readonly Der[]): Der {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  const out = new Uint8Array(1 + length.length + size);
  out.set([tag, ...length]);
  let at = 1 + length.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Der[]): Der => tlv(0x30, ...parts);
export const set = (...parts: readonly Der[]): Der => tlv(0x31, ...parts);
export const octets = (content: Der): Der => tlv(0x04, content);
export const utf8 = (text: string): Der => tlv(0x0c, ascii(text));
export const boolean = (value: boolean): Der => tlv(0x01, Uint8Array.of(value ? 0xff : 0));
/** `unused` counts the padding bits at the end of the last byte. */
export const bits = (content: Der, unused = 0): Der => tlv(0x03, Uint8Array.of(unused), content);
/** `[n] EXPLICIT`. */
export const explicit = (n: number, content: Der): Der => tlv(0xa0 | n, content);
/** `[n] IMPLICIT` of a primitive type. */
export const implicit = (n: number, content: Der): Der => tlv(0x80 | n, content);

/** A positive integer, big-endian bytes. */
export function unsigned(content: Der): Der {
  const first = content.findIndex((byte) => byte !== 0);
  const trimmed = first < 0 ? Uint8Array.of(0) : content.subarray(first);
  return (trimmed[0] ?? 0) & 0x80 ? tlv(0x02, Uint8Array.of(0), trimmed) : tlv(0x02, trimmed);
}

/** Object identifier from dotted text. */
export function oid(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const groups = [part & 0x7f];
    for (let value = part >>> 7; value > 0; value >>>= 7) groups.unshift((value & 0x7f) | 0x80);
    return groups;
  });
  return tlv(0x06, Uint8Array.from([first * 40 + second, ...bytes]));
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). Whole seconds. */
export function time(date: Date): Der {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? tlv(0x17, ascii(text.slice(2))) : tlv(0x18, ascii(text));
}

export function ascii(text: string): Der {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}
