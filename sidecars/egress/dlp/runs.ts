/** A stretch of characters of base64 or hex, white space inside allowed. */
export interface Run {
  readonly from: number;
  to: number;
}

/** Shorter ones hold no token. Bytes. */
const SHORTEST = 26;

/** Two lines of a wrapped text are at most so far apart, in bytes: line end and indentation, perhaps as `\r\n` escapes. */
const GAP = 24;

const table = (pattern: RegExp): Uint8Array => new Uint8Array(256).map((_, byte) => (byte < 0x80 && pattern.test(String.fromCharCode(byte)) ? 1 : 0));
const inRun = table(/[A-Za-z0-9+/_-]/);
const inGap = table(/[\s=\\rn",]/);

/**
 * Where `bytes` holds base64 or hex. Looks at every 26th byte only, and goes back from those that fit: text with spaces
 * in it costs next to nothing.
 */
export function runsIn(bytes: Uint8Array): Run[] {
  const runs: Run[] = [];
  // A local: a variable of a bundled module is looked up anew for every byte.
  const fits = inRun;
  const to = bytes.length;
  let begin = 0;
  let lineBegin = 0;
  while (begin + SHORTEST <= to) {
    let at = begin + SHORTEST - 1;
    while (at >= begin && fits[bytes[at] ?? 0] === 1) at--;
    if (at >= begin) {
      begin = at + 1;
      continue;
    }
    let end = begin + SHORTEST;
    while (end < to && fits[bytes[end] ?? 0] === 1) end++;
    const last = runs.at(-1);
    const goesOn = last !== undefined && isGap(bytes, last.to, begin);
    // Lines of a wrapped text are whole groups of four; of others, each is tried alone as well.
    const isNew = !goesOn || (last.to - lineBegin) % 4 !== 0;
    if (goesOn) last.to = end;
    if (isNew) runs.push({ from: begin, to: end });
    [begin, lineBegin] = [end, begin];
  }
  // The last line of a wrapped text may be short.
  for (const run of runs) run.to = lastLine(bytes, run.to, to);
  return runs;
}

function isGap(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > GAP) return false;
  for (let i = from; i < to; i++) if (inGap[bytes[i] ?? 0] !== 1) return false;
  return true;
}

function lastLine(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && at - from < GAP && inGap[bytes[at] ?? 0] === 1) at++;
  if (at === from || at - from === GAP) return from;
  let end = at;
  while (end < to && inRun[bytes[end] ?? 0] === 1) end++;
  return end;
}

const OTHER = 0;
const DIGIT = 1;
const LOWER = 2;
const UPPER = 4;
const NO_HEX = 8;
const classes = new Uint8Array(256).map((_, byte) => {
  const character = String.fromCharCode(byte);
  const beyond = /[0-9a-f\s]/i.test(character) ? OTHER : NO_HEX;
  return beyond | (/[0-9]/.test(character) ? DIGIT : /[a-z]/.test(character) ? LOWER : /[A-Z]/.test(character) ? UPPER : OTHER);
});

const sextets = new Int8Array(256).fill(-1);
Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((character, value) => (sextets[character.charCodeAt(0)] = value));
sextets[0x2d] = 62;
sextets[0x5f] = 63;

/** Base64 of a gzip header, at the beginning of a group of four. */
const gzipText = Buffer.from('H4sI');

/** What runs stand for, each decoding ended by a line feed: base64 from its beginning, base64 from a gzip header, hex. */
export class Decoded {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    [this.#bytes, this.#length] = [Buffer.alloc(0), 0];
    return taken;
  }

  /** A name, a path or a line of dashes is a run too, but base64 of so many bytes has digits and letters of both cases. */
  add(bytes: Buffer, { from, to }: Run): void {
    let seen = OTHER;
    const [classOf, all] = [classes, DIGIT | LOWER | UPPER | NO_HEX];
    for (let at = from; at < to && seen !== all; at++) seen |= classOf[bytes[at] ?? 0] ?? 0;
    if ((seen & NO_HEX) === 0) this.#hex(bytes, from, to);
    if ((seen & DIGIT) === 0 || (seen & LOWER) === 0 || (seen & UPPER) === 0) return;
    this.#base64(bytes, from, to);
    const run = bytes.subarray(from, to);
    for (let at = run.indexOf(gzipText, 1); at >= 0; at = run.indexOf(gzipText, at + 1)) if (at % 4 !== 0) this.#base64(bytes, from + at, to);
  }

  #room(more: number): Buffer {
    if (this.#bytes.length < this.#length + more + 1) this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#length)], 2 * this.#length + more + 4096);
    return this.#bytes;
  }

  #base64(bytes: Buffer, from: number, to: number): void {
    const out = this.#room(to - from);
    const sextetOf = sextets;
    let [length, value, bits] = [this.#length, 0, 0];
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      const sextet = sextetOf[byte] ?? -1;
      if (sextet < 0) {
        // An escaped line break, not the letter n; padding ends one text.
        if (byte === 0x5c) at++;
        if (byte === 0x3d) bits = 0;
        continue;
      }
      value = ((value << 6) | sextet) & 0xffff;
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      out[length++] = (value >>> bits) & 0xff;
    }
    out[length++] = 0x0a;
    this.#length = length;
  }

  #hex(bytes: Buffer, from: number, to: number): void {
    const out = this.#room(to - from);
    let [length, value, digits] = [this.#length, 0, 0];
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte <= 0x20) continue;
      value = ((value << 4) | (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)) & 0xff;
      if (++digits % 2 === 0) out[length++] = value;
    }
    out[length++] = 0x0a;
    this.#length = length;
  }
}
