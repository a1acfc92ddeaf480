/**
 * What an escape stands for and how many bytes it takes, in one number: allocating a pair for each would be most of the
 * work. Undefined escapes are 0.
 */
type Escape = number;

/** A code point has 21 bits; this bit says that it is a byte of whatever encoding instead. */
const BYTE = 1 << 21;
const SIZE = 1 << 22;
/** Stands for nothing: half a surrogate pair, a soft line break. */
const NOTHING = 0x1fffff;
const LARGEST = 0x10ffff;

/** `code` written in `size` bytes. */
function escape(code: number, size: number): Escape {
  return size * SIZE + (code > LARGEST || (code >= 0xd800 && code <= 0xdfff) ? NOTHING : code);
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
    const found = byte === 0x25 ? percent(bytes, at) : byte === 0x5c ? backslash(bytes, at) : byte === 0x26 ? reference(bytes, at) : byte === 0x3d && quotedPrintable ? quoted(bytes, at) : 0;
    if (found === 0) {
      out[length++] = byte;
      at++;
      continue;
    }
    at += Math.floor(found / SIZE);
    undone++;
    const code = found % SIZE;
    if (code >= BYTE || code < 0x80) out[length++] = code & 0xff;
    // An escape is at least as long as the UTF-8 of what it stands for: `out` never overflows.
    else if (code !== NOTHING) length += out.write(String.fromCodePoint(code), length, 'utf8');
  }
  return undone === 0 ? undefined : out.subarray(0, length);
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** `digits` hexadecimal digits at `at`; -1 when there are not that many. */
function hexNumber(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = hexValue(bytes[at + i] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Bytes stay bytes: a character of several comes as several escapes. */
function percent(bytes: Uint8Array, at: number): Escape {
  let digits = at + 1;
  while (bytes[digits] === 0x32 && bytes[digits + 1] === 0x35) digits += 2;
  const code = hexNumber(bytes, digits, 2);
  if (code >= 0) return byteEscape(code, digits + 2 - at);
  return digits > at + 1 ? escape(0x25, digits - at) : 0;
}

function backslash(bytes: Uint8Array, at: number): Escape {
  let letter = at + 1;
  while (bytes[letter] === 0x5c) letter++;
  const kind = (bytes[letter] ?? 0) | 0x20;
  if (kind === 0x78) return byteEscape(hexNumber(bytes, letter + 1, 2), letter + 3 - at);
  if (kind !== 0x75) return 0;
  if (bytes[letter + 1] === 0x7b) return braced(bytes, at, letter + 2);
  const code = hexNumber(bytes, letter + 1, 4);
  if (code < 0) return 0;
  const low = code >= 0xd800 && code < 0xdc00 && bytes[letter + 5] === 0x5c && bytes[letter + 6] === bytes[letter] ? hexNumber(bytes, letter + 7, 4) : -1;
  if (low >= 0xdc00 && low <= 0xdfff) return escape(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), letter + 11 - at);
  return escape(code, letter + 5 - at);
}

function braced(bytes: Uint8Array, at: number, from: number): Escape {
  let end = from;
  while (end < from + 6 && hexValue(bytes[end] ?? 0) >= 0) end++;
  return end === from || bytes[end] !== 0x7d ? 0 : escape(hexNumber(bytes, from, end - from), end + 1 - at);
}

const amp = Buffer.from('&amp;');

function reference(bytes: Uint8Array, at: number): Escape {
  if (bytes[at + 1] !== 0x23) return amp.every((byte, i) => bytes[at + i] === byte) ? escape(0x26, amp.length) : 0;
  const hexadecimal = ((bytes[at + 2] ?? 0) | 0x20) === 0x78;
  const from = at + (hexadecimal ? 3 : 2);
  let end = from;
  let code = 0;
  for (; end < from + 10; end++) {
    const digit = hexValue(bytes[end] ?? 0);
    if (digit < 0 || (!hexadecimal && digit > 9)) break;
    code = code * (hexadecimal ? 16 : 10) + digit;
  }
  return end === from ? 0 : escape(code, end + (bytes[end] === 0x3b ? 1 : 0) - at);
}

/** RFC 2045 section 6.7: `=41`, and a line that goes on. */
function quoted(bytes: Uint8Array, at: number): Escape {
  const code = hexNumber(bytes, at + 1, 2);
  if (code >= 0) return byteEscape(code, 3);
  if (bytes[at + 1] === 0x0a) return escape(NOTHING, 2);
  return bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a ? escape(NOTHING, 3) : 0;
}

/** A byte written in `size` bytes; no escape when there is none. */
function byteEscape(byte: number, size: number): Escape {
  return byte < 0 ? 0 : size * SIZE + BYTE + byte;
}
