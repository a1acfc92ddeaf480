import { inflateRawSync } from 'node:zlib';

/** File name or comment in a gzip header. Bytes. */
const LONGEST_NAME = 1024;

/** Beginnings of headers that are looked at in one go. */
const AT_ONCE = 1024;

/** Bytes end before the end of a header. */
export const MORE = -1;
/** Something else begins like a header. */
export const NONE = 0;

/** Where the deflate data behind a header at the beginning of `bytes` begins, perhaps behind their end; `MORE` or `NONE`. */
type Header = (bytes: Buffer) => number;

interface Format {
  readonly magic: Buffer;
  readonly header: Header;
}

/** Members of gzip (RFC 1952) and deflated entries of zip archives (APPNOTE 4.3.7). */
const formats: readonly Format[] = [
  { magic: Buffer.from([0x1f, 0x8b, 0x08]), header: gzipData },
  { magic: Buffer.from([0x50, 0x4b, 0x03, 0x04]), header: zipData },
];

/**
 * Where headers of compressed data begin in `bytes`, but for those whose first bytes lie wholly before `fresh`. They have
 * enough fixed bits that other data does not pass for one by chance. Undefined where others may have their turn.
 */
export function* headersIn(bytes: Buffer, fresh = 0): Generator<number | undefined, void, void> {
  let looked = 0;
  for (const { magic, header } of formats) {
    for (let at = bytes.indexOf(magic, Math.max(0, fresh - magic.length + 1)); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      if (header(bytes.subarray(at)) !== NONE) yield at;
      else if (++looked % AT_ONCE === 0) yield undefined;
    }
  }
}

/** The same bytes, but headers that stand in them are none: where only part of the data stands behind them. */
export function withoutHeaders(bytes: Buffer): Buffer {
  let blotted: Buffer | undefined;
  for (const header of headersIn(bytes)) {
    if (header === undefined) continue;
    blotted ??= Buffer.from(bytes);
    blotted[header] = 0;
  }
  return blotted ?? bytes;
}

/** `Header` for whatever format `bytes` begin with. */
export function dataIn(bytes: Buffer): number {
  return formats.find(({ magic }) => bytes.subarray(0, magic.length).equals(magic))?.header(bytes) ?? NONE;
}

function gzipData(bytes: Buffer): number {
  const [flags, level, system] = [bytes[3] ?? 0, bytes[8] ?? 0, bytes[9] ?? 0];
  if (flags >= 0x20 || ![0, 2, 4].includes(level) || (system > 13 && system !== 255)) return NONE;
  let data = 10;
  if ((flags & 4) !== 0) data += 2 + (bytes[data] ?? 0) + ((bytes[data + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.subarray(data, data + LONGEST_NAME).indexOf(0);
    if (end < 0) return bytes.length < data + LONGEST_NAME ? MORE : NONE;
    data += end + 1;
  }
  return bytes.length < 12 ? MORE : data + ((flags & 2) !== 0 ? 2 : 0);
}

function zipData(bytes: Buffer): number {
  if (bytes.length < 30) return MORE;
  return bytes.readUInt16LE(4) > 63 || bytes.readUInt16LE(8) !== 8 ? NONE : 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}

/** What unpacking gave. `unfinished`: the bytes end before the data does. */
export interface Unpacked {
  readonly bytes: Buffer;
  /** Bytes of the compressed data. */
  readonly taken: number;
  readonly outcome: 'whole' | 'broken' | 'unfinished' | 'too long';
}

const outcomes: Readonly<Record<string, Unpacked['outcome']>> = { ERR_BUFFER_TOO_LARGE: 'too long', Z_BUF_ERROR: 'unfinished' };

/** Unpacks small data at once; junk after it is not looked at. */
export function unpackSync(data: Buffer, limit: number): Unpacked {
  try {
    // With `info` it is not a buffer that comes, whatever the types say.
    const unpacked: unknown = inflateRawSync(data, { maxOutputLength: Math.max(1, limit), info: true });
    return infoOf(unpacked);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { bytes: Buffer.alloc(0), taken: data.length, outcome: outcomes[code] ?? 'broken' };
  }
}

function infoOf(unpacked: unknown): Unpacked {
  const [bytes, engine] = typeof unpacked === 'object' && unpacked !== null ? [Reflect.get(unpacked, 'buffer') as unknown, Reflect.get(unpacked, 'engine') as unknown] : [];
  const taken: unknown = typeof engine === 'object' && engine !== null ? Reflect.get(engine, 'bytesWritten') : undefined;
  if (!Buffer.isBuffer(bytes) || typeof taken !== 'number') throw new TypeError('zlib does not say how much it took');
  return { bytes, taken, outcome: 'whole' };
}
