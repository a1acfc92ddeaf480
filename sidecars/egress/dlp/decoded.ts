import { nextOf } from './markup.ts';
import { table } from './runs.ts';
import type { Run } from './runs.ts';
import { nibbles, passed, sextets, shifted } from './sextets.ts';
import type { Decode } from './sextets.ts';
import { stretch } from './stretches.ts';

/** Work on longer runs is not done in one go. Bytes. */
const LONG = 64 * 1024;

/** Headers that are looked at in one go. */
const AT_ONCE = 1024;

/** Shorter stretches of text hold no token: what is decoded at another alignment. Bytes. */
const SHORTEST_TEXT = 18;

/** The same for hex inside a run, in digits. */
const SHORTEST_HEX = 26;

const DIGIT = 1;
const LOWER = 2;
const UPPER = 4;
const ALL = DIGIT | LOWER | UPPER;
const classes = new Uint8Array(256).map((_, byte) => {
  const character = String.fromCharCode(byte);
  return /[0-9]/.test(character) ? DIGIT : /[a-z]/.test(character) ? LOWER : /[A-Z]/.test(character) ? UPPER : 0;
});

const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** Digits, and what may stand between two lines of them. */
const inHex = table(/[0-9A-Fa-f\s=\\rn",]/);
/** By how many bits later bytes begin: bytes that hold a zero where the highest bit of such a byte is. */
const textFrom: Readonly<Record<2 | 4 | 6, Uint8Array>> = { 2: withoutBit(0x20), 4: withoutBit(0x08), 6: withoutBit(0x02) };
const base64Shifts = [2, 4, 6] as const;

/** Base64 of the beginnings of gzip and zip, at the beginning of a group of four. */
const gzipText = Buffer.from('H4sI');
const zipText = Buffer.from('UEsD');

/**
 * What runs of `bytes` stand for, each decoding ended by a line feed. A run is decoded whole from its beginning, and
 * nobody knows whether that is where its base64 or hex begins. So wherever another alignment gives text, that text is
 * there too: the other alignments are the first one's bits shifted, and text shows by the highest bit of every byte. Work
 * and memory are at most a few times the run; `may` is asked before either.
 */
export class Decoded {
  readonly #given: Buffer;
  readonly #may: (more: number) => boolean;
  readonly #packedFrom: (at: number) => number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(bytes: Buffer, may: (more: number) => boolean) {
    this.#given = bytes;
    this.#may = may;
    const [gzip, zip] = [nextOf(bytes, gzipText), nextOf(bytes, zipText)];
    this.#packedFrom = (at) => Math.min(gzip(at), zip(at));
  }

  get length(): number {
    return this.#length;
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    [this.#bytes, this.#length] = [Buffer.alloc(0), 0];
    return taken;
  }

  /** Runs come in their order. False when it may not. */
  *add(run: Run): Generator<void, boolean, void> {
    // Most are short, and many.
    const isLong = run.to - run.from > LONG;
    if (!(yield* this.#hexIn(run))) return false;
    if (isLong) yield;
    if (classesIn(this.#given, run) !== ALL) return true;
    const from = this.#length;
    if (!this.#decode(run, sextets)) return false;
    const to = this.#length - 1;
    for (const shift of base64Shifts) {
      if (isLong) yield;
      if (!this.#texts(from, to, shift)) return false;
    }
    return yield* this.#packed(run);
  }

  #room(more: number): boolean {
    if (!this.#may(more)) return false;
    const least = this.#length + more;
    if (this.#bytes.length >= least) return true;
    const grown = Buffer.allocUnsafe(least + this.#length + 4096);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return true;
  }

  #decode({ from, to }: Run, decode: Decode): boolean {
    if (!this.#room(Math.ceil((to - from) * 0.75) + 2)) return false;
    this.#length = decode(this.#given, from, to, this.#bytes, this.#length);
    this.#bytes[this.#length++] = NEWLINE;
    return true;
  }

  /** Hex may stand behind a path or a name that belongs to the same run. */
  *#hexIn({ from, to }: Run): Generator<void, boolean, void> {
    for (let hex = stretch(this.#given, from, to, SHORTEST_HEX, inHex); hex !== undefined; hex = stretch(this.#given, hex.to, to, SHORTEST_HEX, inHex)) {
      const begin = this.#length;
      if (!this.#decode(hex, nibbles)) return false;
      if (hex.to - hex.from > LONG) yield;
      if (!this.#texts(begin, this.#length - 1, 4)) return false;
    }
    return true;
  }

  /** Text that stands in what was decoded into `[from, to)` when it is read from `shift` bits later on. */
  #texts(from: number, to: number, shift: keyof typeof textFrom): boolean {
    const fits = textFrom[shift];
    for (let text = stretch(this.#bytes, from, to, SHORTEST_TEXT, fits); text !== undefined; text = stretch(this.#bytes, text.to, to, SHORTEST_TEXT, fits)) {
      // What stands before and behind a token says whether it is one.
      const [begin, end] = [Math.max(from, text.from - 2), Math.min(to, text.to + 2)];
      if (!this.#room(end - begin + 1)) return false;
      this.#length = shifted(this.#bytes, begin, end, shift, this.#length);
      this.#bytes[this.#length++] = NEWLINE;
    }
    return true;
  }

  /** Compressed data is no text: each other alignment is decoded from the first header on that stands there, once. */
  *#packed({ from, to }: Run): Generator<void, boolean, void> {
    let at = this.#packedFrom(from + 1);
    if (at >= to) return true;
    const count = { at: from, bits: 0 };
    const done = new Set([0]);
    for (let looked = 1; at < to; at = this.#packedFrom(at + 1)) {
      if (looked++ % AT_ONCE === 0) yield;
      if (passed(this.#given, at, count)) done.clear();
      if (count.bits === 0 || done.has(count.bits)) continue;
      done.add(count.bits);
      // Padding ends the text.
      const padding = this.#given.indexOf(EQUALS, at);
      if (!this.#decode({ from: at, to: padding < 0 ? to : Math.min(to, padding) }, sextets)) return false;
      yield;
    }
    return true;
  }
}

/** A name, a path or a line of dashes is a run too, but hex of so many bytes has digits, and base64 letters of both cases beside. */
export function mayBeDecoded(bytes: Uint8Array, { from, to }: Run): boolean {
  const classOf = classes;
  let at = from;
  while (at < to && classOf[bytes[at] ?? 0] !== DIGIT) at++;
  return at < to;
}

function classesIn(bytes: Uint8Array, { from, to }: Run): number {
  const classOf = classes;
  let seen = 0;
  for (let at = from; at < to && seen !== ALL; at++) seen |= classOf[bytes[at] ?? 0] ?? 0;
  return seen;
}

function withoutBit(bit: number): Uint8Array {
  return new Uint8Array(256).map((_, byte) => ((byte & bit) === 0 ? 1 : 0));
}
