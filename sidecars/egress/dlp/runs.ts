/** A stretch of characters of base64 or hex, white space inside allowed. */
export interface Run {
  readonly from: number;
  to: number;
}

/** Shorter ones hold nothing that is worth decoding. */
const SHORTEST = 24;

/** Two lines of a wrapped text are at most so far apart, in bytes: line end and indentation, perhaps as `\r\n` escapes. */
const GAP = 24;

const table = (pattern: RegExp): Uint8Array => new Uint8Array(256).map((_, byte) => (byte < 0x80 && pattern.test(String.fromCharCode(byte)) ? 1 : 0));
const inRun = table(/[A-Za-z0-9+/_-]/);
const inGap = table(/[\s=\\rn",]/);

/**
 * Where `bytes[from, to)` holds base64 or hex. Looks at every 24th byte only, and goes back from those that fit: text
 * with spaces in it costs next to nothing.
 */
export function runsIn(bytes: Uint8Array, from: number, to: number): Run[] {
  const runs: Run[] = [];
  let begin = from;
  let lineBegin = from;
  while (begin + SHORTEST <= to) {
    let at = begin + SHORTEST - 1;
    while (at >= begin && inRun[bytes[at] ?? 0] === 1) at--;
    if (at >= begin) {
      begin = at + 1;
      continue;
    }
    let end = begin + SHORTEST;
    while (end < to && inRun[bytes[end] ?? 0] === 1) end++;
    const last = runs.at(-1);
    const goesOn = last !== undefined && isGap(bytes, last.to, begin);
    // Lines of a wrapped text are whole groups of four; of others, each is tried alone as well.
    if (!goesOn || (last.to - lineBegin) % 4 !== 0) runs.push({ from: begin, to: end });
    if (goesOn) last.to = end;
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

const values = new Int8Array(256).fill(-1);
Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((character, value) => (values[character.charCodeAt(0)] = value));
values[0x2d] = 62;
values[0x5f] = 63;

/** Writes what the base64 in `bytes[from, to)` stands for to `out`; returns its length. Everything else is skipped. */
function decodeBase64(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let [length, value, bits] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    // An escaped line break, not the letter n.
    if (byte === 0x5c) at++;
    const six = byte === 0x5c ? -1 : (values[byte] ?? -1);
    if (byte === 0x3d) bits = 0;
    if (six < 0) continue;
    value = ((value << 6) | six) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[length++] = (value >>> bits) & 0xff;
  }
  return length;
}

/** The same for hex; 0 when the run is something else. */
function decodeHex(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let [length, value, digits] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20) continue;
    const lower = byte | 0x20;
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
    if (digit < 0) return 0;
    value = (value << 4) | digit;
    if (++digits % 2 === 1) continue;
    out[length++] = value & 0xff;
    value = 0;
  }
  return length;
}

/** Base64 of a gzip header, at the beginning of a group of four. */
const gzipText = Buffer.from('H4sI');

/** What a run may stand for: base64 from its beginning, base64 from each gzip header inside, hex. */
export function decodings(bytes: Buffer, { from, to }: Run): Buffer[] {
  const decoded: Buffer[] = [];
  const add = (decode: typeof decodeBase64, begin: number): void => {
    const out = Buffer.allocUnsafe(Math.ceil((to - begin) * 0.75) + 1);
    const length = decode(bytes, begin, to, out);
    if (length > 0) decoded.push(out.subarray(0, length));
  };
  add(decodeBase64, from);
  if (/^[0-9a-fA-F]{16}/.test(bytes.toString('latin1', from, from + 16))) add(decodeHex, from);
  const run = bytes.subarray(0, to);
  for (let at = run.indexOf(gzipText, from + 1); at >= 0; at = run.indexOf(gzipText, at + 1)) if ((at - from) % 4 !== 0) add(decodeBase64, at);
  return decoded;
}
