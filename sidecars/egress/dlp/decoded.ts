import { nextOf } from './markup.ts';
import { table } from './runs.ts';
import type { Run } from './runs.ts';
import { nibbles, passed, rest, sextets, shifted } from './sextets.ts';
import type { Decode } from './sextets.ts';
import { stretches } from './stretches.ts';

/** Bytes that are worked on in one go. */
const STEP = 64 * 1024;

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
const packedTexts = [Buffer.from('H4sI'), Buffer.from('UEsD')];

/**
 * What runs stand for, each decoding ended by a line feed. A run is decoded whole from its beginning, and nobody knows
 * whether that is where its base64 or hex begins. So wherever another alignment gives text, that text is there too: the
 * other alignments are the first one's bits shifted, and text shows by the highest bit of every byte. Work and memory
 * are at most a few times the run; `may` is asked before either.
 */
export class Decoded {
  readonly #may: (more: number) => boolean;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(may: (more: number) => boolean) {
    this.#may = may;
  }

  get length(): number {
    return this.#length;
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    [this.#bytes, this.#length] = [Buffer.alloc(0), 0];
    return taken;
  }

  /** False when it may not. */
  *add(bytes: Buffer, run: Run): Generator<void, boolean, void> {
    if (!(yield* this.#hexIn(bytes, run))) return false;
    // A name, a path or a line of dashes is a run too, but base64 of so many bytes has digits and letters of both cases.
    let seen = 0;
    for (let at = run.from; at < run.to && seen !== ALL; at += STEP) {
      seen |= classesIn(bytes, at, Math.min(run.to, at + STEP));
      yield;
    }
    if (seen !== ALL) return true;
    const from = this.#length;
    if (!(yield* this.#decode(bytes, run.from, run.to, sextets))) return false;
    const to = this.#length - 1;
    for (const shift of base64Shifts) if (!(yield* this.#texts(from, to, shift))) return false;
    return yield* this.#packed(bytes, run);
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

  *#decode(bytes: Buffer, from: number, to: number, decode: Decode): Generator<void, boolean, void> {
    if (!this.#room(Math.ceil((to - from) * 0.75) + 2)) return false;
    const stage = { at: from, value: 0, bits: 0 };
    while (stage.at < to) {
      this.#length = decode(bytes, Math.min(to, stage.at + STEP), stage, this.#bytes, this.#length);
      yield;
    }
    this.#length = rest(stage, this.#bytes, this.#length);
    this.#bytes[this.#length++] = NEWLINE;
    return true;
  }

  /** Hex may stand behind a path or a name that belongs to the same run. */
  *#hexIn(bytes: Buffer, { from, to }: Run): Generator<void, boolean, void> {
    for (const hex of stretches(bytes, from, to, SHORTEST_HEX, inHex)) {
      yield;
      if (hex === undefined) continue;
      const begin = this.#length;
      if (!(yield* this.#decode(bytes, hex.from, hex.to, nibbles)) || !(yield* this.#texts(begin, this.#length - 1, 4))) return false;
    }
    return true;
  }

  /** Text that stands in what was decoded into `[from, to)` when it is read from `shift` bits later on. */
  *#texts(from: number, to: number, shift: keyof typeof textFrom): Generator<void, boolean, void> {
    for (const text of stretches(this.#bytes, from, to, SHORTEST_TEXT, textFrom[shift])) {
      yield;
      // What stands before and behind a token says whether it is one.
      if (text !== undefined && !(yield* this.#shift(Math.max(from, text.from - 2), Math.min(to, text.to + 2), shift))) return false;
    }
    return true;
  }

  *#shift(from: number, to: number, shift: number): Generator<void, boolean, void> {
    if (!this.#room(to - from + 1)) return false;
    for (let at = from; at < to; at += STEP) {
      this.#length = shifted(this.#bytes, at, Math.min(to, at + STEP), shift, this.#length);
      yield;
    }
    this.#bytes[this.#length++] = NEWLINE;
    return true;
  }

  /** Compressed data is no text: each other alignment is decoded from the first header on that stands there, once. */
  *#packed(bytes: Buffer, { from, to }: Run): Generator<void, boolean, void> {
    const nexts = packedTexts.map((text) => nextOf(bytes.subarray(0, to), text));
    const next = (at: number): number => Math.min(...nexts.map((each) => each(at)));
    const stage = { at: from, value: 0, bits: 0 };
    const done = new Set([0]);
    for (let at = next(from + 1); at < to; at = next(at + 1)) {
      yield;
      while (stage.at < at) {
        if (passed(bytes, Math.min(at, stage.at + STEP), stage)) done.clear();
        yield;
      }
      if (stage.bits === 0 || done.has(stage.bits)) continue;
      done.add(stage.bits);
      // Padding ends the text.
      const padding = bytes.indexOf(EQUALS, at);
      if (!(yield* this.#decode(bytes, at, padding < 0 ? to : Math.min(to, padding), sextets))) return false;
    }
    return true;
  }
}

function classesIn(bytes: Uint8Array, from: number, to: number): number {
  let seen = 0;
  const classOf = classes;
  for (let at = from; at < to && seen !== ALL; at++) seen |= classOf[bytes[at] ?? 0] ?? 0;
  return seen;
}

function withoutBit(bit: number): Uint8Array {
  return new Uint8Array(256).map((_, byte) => ((byte & bit) === 0 ? 1 : 0));
}
