import { codePointAt, LOOK } from './fold.ts';
import type { Fold } from './fold.ts';

/** Bytes written one after the other, with the end of what came before kept in front. */
interface Stream {
  bytes: Buffer;
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
  readonly text: Buffer;
  /** Strings in double quotes that are values, joined; and those that are keys. */
  readonly values: Buffer;
  readonly keys: Buffer;
  /** Where `%41`, `\u0041`, `\x41`, `&#65;` or `=41` stand, with what is round them. */
  readonly escapes: readonly Region[];
}

/** How much of the end of a piece is seen again with the next one. Folded forms are a few hundred bytes at most. */
const TAIL = 1024;

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
  readonly #text: Stream = { bytes: Buffer.alloc(0), length: 0 };
  readonly #values: Stream = { bytes: Buffer.alloc(0), length: 0 };
  readonly #keys: Stream = { bytes: Buffer.alloc(0), length: 0 };
  #escapes: Region[] = [];
  #inString = false;
  /** Backslashes right before what comes next: two of them escape nothing. */
  #backslashes = 0;
  /** Where the string began in the text. */
  #begin = 0;

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  /** Folds `bytes[from, to)`; a character that begins inside is read to its end. */
  push(bytes: Buffer, from: number, to: number): Folded {
    const text = this.#text;
    room(text, to - from + 4);
    for (const stream of [this.#values, this.#keys]) room(stream, 0);
    this.#escapes = [];
    // Locals: a variable of a bundled module is looked up anew for every byte.
    const [plain, out, look] = [this.#fold.bytes, text.bytes, LOOK];
    let length = text.length;
    this.#begin = length;
    for (let at = this.#backslashes > 0 ? this.#escape(bytes, from, to) : from; at < to; at++) {
      const letter = plain[bytes[at] ?? 0] ?? 0;
      if (letter !== look) {
        // Without a branch: letters and what is between them come in no order a processor could guess.
        out[length] = letter;
        length += (letter + 127) >> 7;
      } else {
        text.length = length;
        at = this.#look(bytes, at, to);
        length = text.length;
      }
    }
    if (this.#inString) append(this.#values, out, this.#begin, length);
    text.length = length;
    return { text: written(text), values: written(this.#values), keys: written(this.#keys), escapes: this.#escapes };
  }

  /** Deals with what begins at `at`; returns where its last byte is. Apart, so that the loop over all bytes stays small. */
  #look(bytes: Buffer, at: number, to: number): number {
    const text = this.#text;
    const byte = bytes[at] ?? 0;
    const next = bytes[at + 1] ?? 0;
    if (byte >= 0x80) {
      const packed = codePointAt(bytes, at);
      const letter = this.#fold.letters[packed & 0xffffff] ?? 0;
      if (letter !== 0) text.bytes[text.length++] = letter;
      return at + (packed >>> 24) - 1;
    }
    if (byte === QUOTE) {
      if (this.#inString) append(isKey(bytes, at + 1) ? this.#keys : this.#values, text.bytes, this.#begin, text.length);
      this.#begin = text.length;
      this.#inString = !this.#inString;
    } else if (byte === BACKSLASH) {
      return this.#escape(bytes, at, to) - 1;
    } else if (byte === AMPERSAND) {
      if (next === 0x23 || next === 0x61) note(this.#escapes, at);
    } else if (hexDigits[next] === 1 && hexDigits[bytes[at + 2] ?? 0] === 1) note(this.#escapes, at);
    return at;
  }

  /** Reads the backslashes at `at` and what they escape; returns where the rest begins. What is past `to` is left to the next call. */
  #escape(bytes: Buffer, at: number, to: number): number {
    let end = at;
    while (end < to && bytes[end] === BACKSLASH) end++;
    this.#backslashes += end - at;
    if (end === to) return to;
    const isEscaped = this.#backslashes % 2 === 1;
    this.#backslashes = 0;
    const next = bytes[end] ?? 0;
    // White space of JSON in a string of JSON has more backslashes, a quote there has an odd number.
    if (blanks[next] === 1 || (next === QUOTE && isEscaped)) return end + 1;
    if ((next | 0x20) === 0x75 || next === 0x78) note(this.#escapes, end - 1);
    return end;
  }
}

function written({ bytes, length }: Stream): Buffer {
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
