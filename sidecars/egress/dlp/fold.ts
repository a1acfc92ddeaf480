/** Letters of other scripts that pass for Latin ones, beyond what Unicode's compatibility forms say (UTS 39). */
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'аαɑ', b: 'ЬВβв', c: 'сϲС', d: 'ԁɗ', e: 'еεЕΕ', f: 'ϝ', g: 'ɡԍ', h: 'һНΗ', i: 'іιІΙıɩ', j: 'јЈϳ', k: 'кκКΚ', l: 'ӏⅼ',
  m: 'мМΜ', n: 'ոΝη', o: 'оοОΟσօ', p: 'рρРΡ', q: 'ԛ', r: 'гᴦ', s: 'ѕЅ', t: 'тτТΤ', u: 'υսц', v: 'νѵ', w: 'ѡԝω', x: 'хχХΧ',
  y: 'уγУΥү', z: 'ᴢΖ',
};

/** Blocks of Unicode with compatibility forms of Latin letters and digits. */
const blocks: readonly (readonly [from: number, to: number])[] = [
  [0x80, 0x24f],
  [0x1d00, 0x1eff],
  [0x2070, 0x218f],
  [0x2460, 0x24ff],
  [0xff01, 0xff5e],
  [0x1d400, 0x1d7ff],
  [0x1f110, 0x1f189],
  [0x1fbf0, 0x1fbf9],
];

/** How text is folded. */
export interface Fold {
  /** Code point to lower-case ASCII letter or digit; 0 for what stands for neither. */
  readonly letters: Uint8Array;
  /** The same for bytes, but `LOOK` for those that begin something longer. */
  readonly bytes: Uint8Array;
}

/** Stands in a table of bytes for: begins a longer character that stands for a letter, or perhaps an escape or a string. */
export const LOOK = 255;

const SIZE = 0x1fc00;
const signs = '"%&=\\';

/** Case, full width, mathematical and circled letters, accents and look-alikes folded to one plain letter. */
export function foldTable(): Fold {
  const table = new Uint8Array(SIZE);
  const plain = (code: number): number => ((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) ? code : code >= 0x41 && code <= 0x5a ? code + 32 : 0);
  for (let code = 0; code < 0x80; code++) table[code] = plain(code);
  for (const [from, to] of blocks) {
    // A Latin letter, perhaps followed by its accents: whatever else decomposes to several letters is no single one.
    for (let code = from; code <= to; code++) table[code] = plain(String.fromCodePoint(code).normalize('NFKD').codePointAt(0) ?? 0);
  }
  for (const [letter, others] of Object.entries(lookAlikes)) for (const other of others) table[other.codePointAt(0) ?? 0] = letter.charCodeAt(0);
  return foldOf(table);
}

/** The fold for phrases: digits read as the letters that they are written for. */
export function leetFold({ letters }: Fold): Fold {
  const table = Uint8Array.from({ length: 256 }, (_, letter) => letter);
  Array.from('013457').forEach((digit, i) => (table[digit.charCodeAt(0)] = 'oieast'.charCodeAt(i)));
  return foldOf(letters.map((letter) => table[letter] ?? 0));
}

function foldOf(letters: Uint8Array): Fold {
  const bytes = new Uint8Array(256);
  letters.forEach((letter, code) => {
    if (code < 0x80) bytes[code] = letter;
    else if (letter !== 0) bytes[leadByte(code)] = LOOK;
  });
  for (const sign of signs) bytes[sign.charCodeAt(0)] = LOOK;
  return { letters, bytes };
}

/** First byte of a code point in UTF-8. */
function leadByte(code: number): number {
  return code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}

/**
 * Code point that begins at `at` in UTF-8, with its length in bytes packed above bit 24: a pair would cost an
 * allocation a character. A byte that begins nothing valid counts as nothing, code point 0.
 */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (size === 1) return (1 << 24) | (lead < 0x80 ? lead : 0);
  let code = lead & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return 1 << 24;
    code = (code << 6) | (byte & 0x3f);
  }
  return (size << 24) | code;
}

/** Where to cut `bytes` at or before `end` so that no character is split. */
export function characterEnd(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte < 0xc0) continue;
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return size > back ? end - back : end;
  }
  return end;
}
