/** A character written as something else, with its value and how many bytes that took. */
interface Escape {
  readonly code: number;
  readonly size: number;
  /** `code` is a byte of whatever encoding, not a character. */
  readonly isByte?: true;
}

/** An `&amp;` turns `&amp;#65;` into `&#65;`, and so on: more layers than this are somebody's game. */
const LAYERS = 4;

/**
 * Percent escapes however often repeated (`%252541`), `\u0041` and `\x41` however many backslashes, `\u{41}`, HTML
 * references by number and `&amp;`, quoted-printable if asked for. Undefined when nothing was there to undo.
 */
export function unescaped(bytes: Buffer, quotedPrintable: boolean): Buffer | undefined {
  let result: Buffer | undefined;
  for (let layer = 0; layer < LAYERS; layer++) {
    const next = oneLayer(result ?? bytes, quotedPrintable);
    if (next === undefined) return result;
    result = next;
  }
  return result;
}

function oneLayer(bytes: Buffer, quotedPrintable: boolean): Buffer | undefined {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let undone = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const escape = byte === 0x25 ? percent(bytes, at) : byte === 0x5c ? backslash(bytes, at) : byte === 0x26 ? reference(bytes, at) : byte === 0x3d && quotedPrintable ? quoted(bytes, at) : undefined;
    if (escape === undefined) {
      out[length++] = byte;
      at++;
    } else {
      at += escape.size;
      undone++;
      length = write(out, length, escape);
    }
  }
  return undone === 0 ? undefined : out.subarray(0, length);
}

/** `out` never overflows: an escape is at least as long as the UTF-8 of what it stands for. */
function write(out: Uint8Array, at: number, { code, isByte }: Escape): number {
  if (code < 0) return at;
  if (code < 0x80 || isByte) {
    out[at] = code;
    return at + 1;
  }
  const text = Buffer.from(String.fromCodePoint(code), 'utf8');
  out.set(text, at);
  return at + text.length;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** `digits` hexadecimal digits at `at`; -1 when there are not that many. */
function hexNumber(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = hexValue(bytes[at + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Bytes stay bytes: a character of several comes as several escapes. */
function percent(bytes: Uint8Array, at: number): Escape | undefined {
  let digits = at + 1;
  while (bytes[digits] === 0x32 && bytes[digits + 1] === 0x35) digits += 2;
  const code = hexNumber(bytes, digits, 2);
  if (code >= 0) return { code, size: digits + 2 - at, isByte: true };
  return digits > at + 1 ? { code: 0x25, size: digits - at } : undefined;
}

function backslash(bytes: Uint8Array, at: number): Escape | undefined {
  let letter = at + 1;
  while (bytes[letter] === 0x5c) letter++;
  const kind = (bytes[letter] ?? 0) | 0x20;
  if (kind === 0x78) {
    const code = hexNumber(bytes, letter + 1, 2);
    return code < 0 ? undefined : { code, size: letter + 3 - at, isByte: true };
  }
  if (kind !== 0x75) return undefined;
  if (bytes[letter + 1] === 0x7b) return braced(bytes, at, letter + 2);
  const code = hexNumber(bytes, letter + 1, 4);
  if (code < 0) return undefined;
  if (code < 0xd800 || code > 0xdfff) return { code, size: letter + 5 - at };
  const low = bytes[letter + 5] === 0x5c && bytes[letter + 6] === bytes[letter] ? hexNumber(bytes, letter + 7, 4) : -1;
  if (code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) return { code: 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), size: letter + 11 - at };
  return { code: -1, size: letter + 5 - at };
}

function braced(bytes: Uint8Array, at: number, from: number): Escape | undefined {
  let end = from;
  while (end < from + 6 && hexValue(bytes[end]) >= 0) end++;
  const code = hexNumber(bytes, from, end - from);
  if (end === from || bytes[end] !== 0x7d) return undefined;
  return { code: code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? -1 : code, size: end + 1 - at };
}

const amp = Buffer.from('&amp;');

function reference(bytes: Uint8Array, at: number): Escape | undefined {
  if (bytes[at + 1] !== 0x23) return amp.every((byte, i) => bytes[at + i] === byte) ? { code: 0x26, size: amp.length } : undefined;
  const hexadecimal = ((bytes[at + 2] ?? 0) | 0x20) === 0x78;
  const from = at + (hexadecimal ? 3 : 2);
  let end = from;
  let code = 0;
  for (; end < from + 10; end++) {
    const digit = hexValue(bytes[end]);
    if (digit < 0 || (!hexadecimal && digit > 9)) break;
    code = code * (hexadecimal ? 16 : 10) + digit;
  }
  if (end === from) return undefined;
  const size = end + (bytes[end] === 0x3b ? 1 : 0) - at;
  return { code: code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? -1 : code, size };
}

/** RFC 2045 section 6.7: `=41`, and a line that goes on. */
function quoted(bytes: Uint8Array, at: number): Escape | undefined {
  const code = hexNumber(bytes, at + 1, 2);
  if (code >= 0) return { code, size: 3, isByte: true };
  if (bytes[at + 1] === 0x0a) return { code: -1, size: 2 };
  return bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a ? { code: -1, size: 3 } : undefined;
}
