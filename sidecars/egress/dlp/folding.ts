import { codePointAt, FOLD_SIZE } from './fold.ts';
import type { Fold } from './fold.ts';

/** Where bytes are written one after the other, with the end of what came before kept in front. */
interface Stream {
  bytes: Uint8Array;
  length: number;
}

/** A part of a view where escapes stand close together. */
export interface Region {
  readonly from: number;
  to: number;
}

/** What folding one piece of a view gave; valid until the next call. */
export interface Folded {
  /** Everything, and the end of the pieces before. */
  readonly text: Uint8Array;
  /** Strings in double quotes that are values, joined; and those that are keys. */
  readonly values: Uint8Array;
  readonly keys: Uint8Array;
  /** Where `%41`, `\u0041`, `\x41`, `&#65;` or `=41` stand, with what is round them. */
  readonly escapes: readonly Region[];
}

/** How much of the end of a piece is seen again with the next one. Folded forms are a few hundred bytes at most. */
const TAIL = 2048;

/** An escape is looked at with so much round it, in bytes. */
const AROUND = 256;

const QUOTE = 0x22;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/** Escapes of JSON and most languages that stand for white space and would leave their letter behind: b f n r t. */
const blanks = new Uint8Array(256).map((_, byte) => ('bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0));
/** What to do with a byte: drop it, keep it, look closer. */
const DROP = 0;
const KEEP = 1;
const SPECIAL = 2;
const kinds = new Uint8Array(256).map((_, byte) =>
  byte >= 0x80 || [QUOTE, PERCENT, AMPERSAND, EQUALS, BACKSLASH].includes(byte) ? SPECIAL : /[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? KEEP : DROP,
);
const hexDigits = new Uint8Array(256).map((_, byte) => (/[0-9A-Fa-f]/.test(String.fromCharCode(byte)) ? 1 : 0));

/**
 * Folds a text as it streams by: lower case, nothing but letters and digits. Whatever was put between the characters
 * of a secret is gone, be it dots, zero-width spaces, line breaks, NULs of UTF-16 or quotes and commas of a split string.
 */
export class Folding {
  readonly #fold: Fold;
  readonly #text: Stream = { bytes: new Uint8Array(0), length: 0 };
  readonly #values: Stream = { bytes: new Uint8Array(0), length: 0 };
  readonly #keys: Stream = { bytes: new Uint8Array(0), length: 0 };
  #inString = 0;
  /** Where the string began in `#values`. */
  #mark = 0;

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  /** Folds `bytes[from, to)`; a character that begins inside is read to its end. */
  push(bytes: Uint8Array, from: number, to: number): Folded {
    const [text, values, keys] = [this.#text, this.#values, this.#keys];
    const dropped = room(values, to - from + 4);
    this.#mark = Math.max(0, this.#mark - dropped);
    room(text, to - from + 4);
    room(keys, values.bytes.length);
    const escapes: Region[] = [];
    const [fold, textBytes, valueBytes] = [this.#fold, text.bytes, values.bytes];
    let textLength = text.length;
    let valueLength = values.length;
    let inString = this.#inString;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      const kind = kinds[byte] ?? 0;
      if (kind !== SPECIAL) {
        // Without a branch: letters and what is between them come in no order a processor could guess.
        const letter = fold[byte] ?? 0;
        textBytes[textLength] = letter;
        textLength += kind;
        valueBytes[valueLength] = letter;
        valueLength += kind & inString;
        continue;
      }
      if (byte >= 0x80) {
        const packed = codePointAt(bytes, at);
        const code = packed & 0xffffff;
        const letter = code < FOLD_SIZE ? (fold[code] ?? 0) : 0;
        at += (packed >>> 24) - 1;
        if (letter === 0) continue;
        textBytes[textLength++] = letter;
        valueBytes[valueLength] = letter;
        valueLength += inString;
      } else if (byte === QUOTE) {
        if (inString === 1) {
          if (isKey(bytes, at + 1)) {
            keys.length = append(keys, valueBytes, this.#mark, valueLength);
            valueLength = this.#mark;
          }
          inString = 0;
        } else {
          this.#mark = valueLength;
          inString = 1;
        }
      } else if (byte === BACKSLASH) {
        const next = bytes[at + 1] ?? 0;
        if (next === BACKSLASH) continue;
        if (next === QUOTE || blanks[next] === 1) at++;
        else if ((next | 0x20) === 0x75 || next === 0x78) note(escapes, at);
      } else if (byte === AMPERSAND) {
        if (bytes[at + 1] === 0x23 || bytes[at + 1] === 0x61) note(escapes, at);
      } else if (hexDigits[bytes[at + 1] ?? 0] === 1 && hexDigits[bytes[at + 2] ?? 0] === 1) note(escapes, at);
    }
    text.length = textLength;
    values.length = valueLength;
    this.#inString = inString;
    return { text: textBytes.subarray(0, textLength), values: valueBytes.subarray(0, valueLength), keys: keys.bytes.subarray(0, keys.length), escapes };
  }
}

/** Makes room for `more` bytes, keeping the tail; says how many bytes went from the front. */
function room(stream: Stream, more: number): number {
  const dropped = Math.max(0, stream.length - TAIL);
  const kept = stream.length - dropped;
  if (stream.bytes.length < kept + more) {
    const grown = new Uint8Array(kept + more);
    grown.set(stream.bytes.subarray(dropped, stream.length));
    stream.bytes = grown;
  } else stream.bytes.copyWithin(0, dropped, stream.length);
  stream.length = kept;
  return dropped;
}

function append(stream: Stream, bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) stream.bytes[stream.length + i - from] = bytes[i] ?? 0;
  return stream.length + to - from;
}

/** Whether the string that ended before `at` is followed by a colon. */
function isKey(bytes: Uint8Array, at: number): boolean {
  let i = at;
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++;
  return bytes[i] === 0x3a;
}

function note(escapes: Region[], at: number): void {
  const last = escapes.at(-1);
  if (last !== undefined && at - AROUND <= last.to) last.to = at + AROUND;
  else escapes.push({ from: Math.max(0, at - AROUND), to: at + AROUND });
}
