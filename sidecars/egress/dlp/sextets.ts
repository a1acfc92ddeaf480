const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
const SLASH = 0x2f;
const LETTER_U = 0x75;

const sextetOf = new Int8Array(256).fill(-1);
Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((character, value) => (sextetOf[character.charCodeAt(0)] = value));
sextetOf[0x2d] = 62;
sextetOf[0x5f] = 63;
const nibbleOf = new Int8Array(256).map((_, byte) => (/[0-9A-Fa-f]/.test(String.fromCharCode(byte)) ? parseInt(String.fromCharCode(byte), 16) : -1));

/** Decodes `bytes[from, to)` into `out` from `begin` on; returns the new length of `out`. */
export type Decode = (bytes: Uint8Array, from: number, to: number, out: Uint8Array, begin: number) => number;

/** How far base64 was counted, and by how many bits it is off the end of a byte. */
interface Count {
  at: number;
  bits: number;
}

/** Where to read on behind a backslash: a slash may have one, and of a line end the letter is none. */
function behindEscape(bytes: Uint8Array, at: number): number {
  let letter = at + 1;
  while (bytes[letter] === BACKSLASH) letter++;
  return bytes[letter] === SLASH ? letter : letter + (bytes[letter] === LETTER_U ? 5 : 1);
}

export const sextets: Decode = (bytes, from, to, out, begin) => {
  let [at, value, bits, length] = [from, 0, 0, begin];
  const valueOf = sextetOf;
  while (at < to) {
    const byte = bytes[at++] ?? 0;
    const sextet = valueOf[byte] ?? -1;
    if (sextet < 0) {
      if (byte === BACKSLASH) at = behindEscape(bytes, at - 1);
      if (byte === EQUALS) [length, bits] = [rest(value, bits, out, length), 0];
      continue;
    }
    value = ((value << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[length++] = (value >>> bits) & 0xff;
  }
  return rest(value, bits, out, length);
};

export const nibbles: Decode = (bytes, from, to, out, begin) => {
  let [at, value, bits, length] = [from, 0, 0, begin];
  while (at < to) {
    const byte = bytes[at++] ?? 0;
    const nibble = nibbleOf[byte] ?? -1;
    if (byte === BACKSLASH) at = behindEscape(bytes, at - 1);
    if (nibble < 0) continue;
    value = ((value << 4) | nibble) & 0xff;
    bits = 4 - bits;
    if (bits === 0) out[length++] = value;
  }
  return rest(value, bits, out, length);
};

/** The bits that are no whole byte: at another alignment the last byte needs them. Of base64 that ends here they are 0. */
function rest(value: number, bits: number, out: Uint8Array, length: number): number {
  const byte = (value << (8 - bits)) & 0xff;
  if (bits === 0 || (bits < 6 && byte === 0)) return length;
  out[length] = byte;
  return length + 1;
}

/** Counts the base64 up to `to`; whether there is padding in it. */
export function passed(bytes: Uint8Array, to: number, count: Count): boolean {
  let padded = false;
  while (count.at < to) {
    const byte = bytes[count.at++] ?? 0;
    if (byte === BACKSLASH) count.at = behindEscape(bytes, count.at - 1);
    if ((sextetOf[byte] ?? -1) >= 0) count.bits = (count.bits + 6) % 8;
    if (byte === EQUALS) [padded, count.bits] = [true, 0];
  }
  return padded;
}

/** Writes bytes that begin `shift` bits later than those of `[from, to)` behind them, from `begin` on. */
export function shifted(bytes: Uint8Array, from: number, to: number, shift: number, begin: number): number {
  let length = begin;
  for (let at = from; at < to; at++) bytes[length++] = ((bytes[at] ?? 0) << shift) | ((bytes[at + 1] ?? 0) >> (8 - shift));
  return length;
}
