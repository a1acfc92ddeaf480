const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Text of an encoder that turns groups of bytes into characters of `bits` bits each. */
function aligned(bytes: Uint8Array, groupBytes: number, bits: number, encode: (bytes: Uint8Array) => string): string[] {
  return Array.from({ length: groupBytes }, (_, before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    return encode(padded).slice(Math.ceil((before * 8) / bits), Math.floor((padded.length * 8) / bits));
  });
}

/**
 * What `bytes` look like in the middle of a base64 text (RFC 4648 section 4): one form for each place in a group of
 * three, without the characters that depend on neighbours.
 */
export function base64Forms(bytes: Uint8Array): string[] {
  return aligned(bytes, 3, 6, (padded) => Buffer.from(padded).toString('base64'));
}

/** The same for base32 (RFC 4648 section 6), groups of five. */
export function base32Forms(bytes: Uint8Array): string[] {
  return aligned(bytes, 5, 5, base32);
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >>> bits) & 31] ?? '';
    }
  }
  return bits > 0 ? text + (BASE32[(value << (5 - bits)) & 31] ?? '') : text;
}

/** RFC 4648 section 5. */
export function urlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Forms that are looked for byte by byte. */
export function exactForms(secret: Uint8Array): Uint8Array[] {
  const base64 = base64Forms(secret);
  const percent = encodeURIComponent(Buffer.from(secret).toString('utf8'));
  const forms = [hex(secret), hex(secret).toUpperCase(), percent, ...base64, ...base64.map(urlAlphabet), ...base32Forms(secret)];
  return [secret, secret.toReversed(), ...[...new Set(forms)].map(ascii)];
}

/**
 * Forms that are looked for in folded text, where case and everything but letters and digits are gone: one encoding, and
 * base64 or hex of the common ones.
 */
export function foldedForms(secret: Uint8Array): Uint8Array[] {
  const base64 = base64Forms(secret);
  const digits = Array.from(secret, (byte) => byte.toString(16).padStart(2, '0'));
  const text = digits.join('');
  const doubled = [...base64, text, text.toUpperCase()].flatMap((inner) => [...base64Forms(ascii(inner)), hex(ascii(inner))]);
  const forms = [...base64, ...base64.map(urlAlphabet), text, digits.map((two) => `0x${two}`).join(''), digits.map((two) => `x${two}`).join(''), secret.join(''), ...base32Forms(secret), ...doubled];
  return [secret, secret.toReversed(), ...[...new Set(forms)].map(ascii)];
}
