import type { Zlib } from 'node:zlib';
import { createInflateRaw, inflateRawSync } from 'node:zlib';

/** File name or comment in a gzip header. Bytes. */
const LONGEST_NAME = 1024;

/** Raw deflate data found inside other bytes. */
export interface Packed {
  readonly data: Uint8Array;
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08]);
const zipMagic = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

/**
 * Members of gzip (RFC 1952) and deflated entries of zip archives (APPNOTE 4.3.7) anywhere in `bytes`. The headers have
 * enough fixed bits that other data does not pass for one by chance.
 */
export function packedIn(bytes: Buffer): Packed[] {
  return [...members(bytes, gzipMagic, gzipData), ...members(bytes, zipMagic, zipData)];
}

function members(bytes: Buffer, magic: Buffer, dataAt: (bytes: Buffer, at: number) => number): Packed[] {
  const found: Packed[] = [];
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const data = dataAt(bytes, at);
    if (data > 0 && data < bytes.length) found.push({ data: bytes.subarray(data) });
  }
  return found;
}

/** Where the deflate data of a gzip member begins; 0 when it is none. */
function gzipData(bytes: Buffer, at: number): number {
  if (at + 10 > bytes.length) return 0;
  const flags = bytes[at + 3] ?? 0;
  const level = bytes[at + 8] ?? 0;
  const system = bytes[at + 9] ?? 0;
  if (flags >= 0x20 || ![0, 2, 4].includes(level) || (system > 13 && system !== 255)) return 0;
  let data = at + 10;
  if ((flags & 4) !== 0) data += 2 + (bytes[data] ?? 0) + ((bytes[data + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.subarray(data, data + LONGEST_NAME).indexOf(0);
    if (end < 0) return 0;
    data += end + 1;
  }
  return data + ((flags & 2) !== 0 ? 2 : 0);
}

function zipData(bytes: Buffer, at: number): number {
  if (at + 30 > bytes.length || bytes.readUInt16LE(at + 4) > 63 || bytes.readUInt16LE(at + 8) !== 8) return 0;
  return at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
}

/** What unpacking gave: everything up to `limit`, and whether that was all of it. */
export interface Unpacked {
  readonly bytes: Buffer;
  readonly outcome: 'whole' | 'broken' | 'too long';
}

/** Unpacks without holding up anybody else; junk after the data is not looked at. */
export function unpack({ data }: Packed, limit: number): Promise<Unpacked> {
  return collect(createInflateRaw(), data, limit);
}

/** The same for small data at once. */
export function unpackSync({ data }: Packed, limit: number): Unpacked {
  try {
    return { bytes: inflateRawSync(data, { maxOutputLength: limit }), outcome: 'whole' };
  } catch (error) {
    const outcome = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too long' : 'broken';
    return { bytes: Buffer.alloc(0), outcome };
  }
}

function collect(decoder: Zlib & NodeJS.ReadWriteStream, data: Uint8Array, limit: number): Promise<Unpacked> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (outcome: Unpacked['outcome']): void => {
      decoder.close();
      resolve({ bytes: Buffer.concat(chunks), outcome });
    };
    decoder.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > limit) settle('too long');
    });
    decoder.on('end', () => settle('whole'));
    decoder.on('error', () => settle('broken'));
    decoder.end(data);
  });
}
