import { codePointAt, LOOK } from './fold.ts';
import type { Fold } from './fold.ts';

/** Bytes written one after the other, with the end of what came before kept in front. */
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
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;

const table = (pattern: RegExp): Uint8Array => new Uint8Array(256).map((_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0));
/** Escapes of JSON and most languages that stand for white space and would leave their letter behind. */
const blanks = table(/[bfnrt]/);
const hexDigits = table(/[0-9A-Fa-f]/);

/**
 * Folds a text as it streams by: lower case, nothing but letters and digits. Whatever was put between the characters
 * of a secret is gone, be it dots, zero-width spaces, line breaks, NULs of UTF-16 or quotes and commas of a split string.
 */
export class Folding {
  readonly #fold: Fold;
  readonly #text: Stream = { bytes: new Uint8Array(0), length: 0 };
  readonly #values: Stream = { bytes: new Uint8Array(0), length: 0 };
  readonly #keys: Stream = { bytes: new Uint8Array(0), length: 0 };
  #inString = false;

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  /** Folds `bytes[from, to)`; a character that begins inside is read to its end. */
  push(bytes: Uint8Array, from: number, to: number): Folded {
    const text = this.#text;
    room(text, to - from + 4);
    for (const stream of [this.#values, this.#keys]) room(stream, 0);
    const escapes: Region[] = [];
    const letters = this.#fold.letters;
    const plain = this.#fold.bytes;
    const out = text.bytes;
    let length = text.length;
    let begin = length;
    let inString = this.#inString;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      const letter = plain[byte] ?? 0;
      if (letter !== LOOK) {
        // Without a branch: letters and what is between them come in no order a processor could guess.
        out[length] = letter;
        length += (letter + 127) >> 7;
      } else if (byte >= 0x80) {
        const packed = codePointAt(bytes, at);
        const wide = letters[packed & 0xffffff] ?? 0;
        at += (packed >>> 24) - 1;
        if (wide !== 0) out[length++] = wide;
      } else if (byte === QUOTE) {
        if (inString) append(isKey(bytes, at + 1) ? this.#keys : this.#values, out, begin, length);
        begin = length;
        inString = !inString;
      } else if (byte === BACKSLASH) {
        const next = bytes[at + 1] ?? 0;
        if (next === QUOTE || blanks[next] === 1) at++;
        else if ((next | 0x20) === 0x75 || next === 0x78) note(escapes, at);
      } else if (byte === AMPERSAND) {
        if (bytes[at + 1] === 0x23 || bytes[at + 1] === 0x61) note(escapes, at);
      } else if (hexDigits[bytes[at + 1] ?? 0] === 1 && hexDigits[bytes[at + 2] ?? 0] === 1) note(escapes, at);
    }
    if (inString) append(this.#values, out, begin, length);
    text.length = length;
    this.#inString = inString;
    return { text: written(text), values: written(this.#values), keys: written(this.#keys), escapes };
  }
}

function written({ bytes, length }: Stream): Uint8Array {
  return bytes.subarray(0, length);
}

/** Makes room for `more` bytes behind the tail of what was there. */
function room(stream: Stream, more: number): void {
  const dropped = Math.max(0, stream.length - TAIL);
  stream.length -= dropped;
  if (stream.bytes.length >= stream.length + more) stream.bytes.copyWithin(0, dropped, dropped + stream.length);
  else grow(stream, dropped, stream.length + more);
}

function grow(stream: Stream, from: number, least: number): void {
  // The first piece of a short text is the last one, too.
  const grown = Buffer.allocUnsafe(stream.length === 0 && least < TAIL ? least : least + TAIL);
  grown.set(stream.bytes.subarray(from, from + stream.length));
  stream.bytes = grown;
}

function append(stream: Stream, bytes: Uint8Array, from: number, to: number): void {
  const length = stream.length + to - from;
  if (length > stream.bytes.length) grow(stream, 0, 2 * length);
  if (to - from > 64) stream.bytes.set(bytes.subarray(from, to), stream.length);
  else for (let i = from; i < to; i++) stream.bytes[stream.length + i - from] = bytes[i] ?? 0;
  stream.length = length;
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
