import * as zlib from 'node:zlib';
import { PassThrough, Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { accepted, refused } from '../../../schemas/policy/result.ts';
import type { Result } from '../../../schemas/policy/result.ts';
import { Steps } from './steps.ts';

/** Takes one content coding off, as bytes come. */
interface Decoder {
  /** Opens the stream; the first bytes tell apart what has one name for two formats. */
  readonly open: (first: Buffer) => Transform;
}

/** zstd came with Node 22.15; where it is missing the coding is unknown. */
function zstd(): Record<string, Decoder> {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return {};
  const open = (): Transform => {
    const stream: unknown = Reflect.apply(create, zlib, []);
    if (!(stream instanceof Transform)) throw new TypeError('zstd is not a stream');
    return stream;
  };
  return { zstd: { open } };
}

/** Servers and clients disagree whether `deflate` has the two bytes of a zlib header (RFC 1950). */
const hasZlibHeader = (first: Buffer): boolean => first.length >= 2 && ((first[0] ?? 0) & 0x0f) === 8 && first.readUInt16BE(0) % 31 === 0;

const gzip: Decoder = { open: () => zlib.createGunzip() };

const decoders: ReadonlyMap<string, Decoder> = new Map(
  Object.entries({
    gzip,
    'x-gzip': gzip,
    deflate: { open: (first: Buffer) => (hasZlibHeader(first) ? zlib.createInflate() : zlib.createInflateRaw()) },
    br: { open: () => zlib.createBrotliDecompress() },
    ...zstd(),
  }),
);

/** What an upstream may be asked for so that its answers can be looked through: a value for `Accept-Encoding`. */
export const readableCodings: readonly string[] = [...decoders.keys()].filter((name) => name !== 'x-gzip');

/**
 * What `body` is without one content coding, as a stream with back-pressure; nothing at all is nothing decoded. `broken` is
 * told when it cannot be. Undefined for a coding that cannot be looked into.
 */
export function decoded(body: Readable, coding: string, broken: () => void): Readable | undefined {
  const decoder = decoders.get(coding);
  if (decoder === undefined) return undefined;
  const out = new PassThrough();
  body.once('readable', () => {
    const first: unknown = body.read();
    if (!Buffer.isBuffer(first)) return void out.end();
    const stream = decoder.open(first).on('error', broken);
    stream.write(first);
    body.pipe(stream).pipe(out);
  });
  return out;
}

/** More layers than this have no honest use. */
const MOST_LAYERS = 2;

/** Whether bytes without a label begin like a gzip member. */
export function beginsLikeGzip(first: Buffer): boolean {
  return first[0] === 0x1f && first[1] === 0x8b && first[2] === 0x08;
}

/** The codings of a `Content-Encoding`, outermost first; `identity` is none. */
export function codingsOf(contentEncoding: string | undefined): Result<readonly string[]> {
  const names = (contentEncoding ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
  const unknown = names.find((name) => !decoders.has(name));
  if (unknown !== undefined) return refused('its content coding is one that cannot be looked into');
  if (names.length > MOST_LAYERS) return refused(`it has more than ${MOST_LAYERS} content codings`);
  return accepted(names.toReversed());
}

/** Undoes content codings. Every call resolves with what came out meanwhile, or rejects when the data is broken. */
export class ContentDecoder {
  readonly #layers: Layer[];

  /** `most` is asked whether so many bytes may come out of a layer. */
  constructor(codings: readonly string[], most: (bytes: number) => boolean) {
    this.#layers = codings.map((name) => new Layer(decoders.get(name) ?? gzip, most));
  }

  async write(chunk: Buffer): Promise<Buffer> {
    let bytes = chunk;
    for (const layer of this.#layers) bytes = await layer.write(bytes);
    return bytes;
  }

  async end(): Promise<Buffer> {
    let bytes: Buffer = Buffer.alloc(0);
    for (const layer of this.#layers) bytes = Buffer.concat([await layer.write(bytes), await layer.end()]);
    return bytes;
  }

  destroy(): void {
    for (const layer of this.#layers) layer.destroy();
  }
}

/** More came out than may. */
export class TooLong extends Error {}

class Layer {
  readonly #decoder: Decoder;
  readonly #most: (bytes: number) => boolean;
  /** Bytes kept until there are two: a zlib header is that long. */
  #first: Buffer = Buffer.alloc(0);
  #steps: Steps | undefined;
  #length = 0;
  #given = 0;

  constructor(decoder: Decoder, most: (bytes: number) => boolean) {
    this.#decoder = decoder;
    this.#most = most;
  }

  async write(chunk: Buffer): Promise<Buffer> {
    this.#given += chunk.length;
    if (this.#steps !== undefined) return chunk.length === 0 ? Buffer.alloc(0) : this.#steps.write(chunk);
    this.#first = Buffer.concat([this.#first, chunk]);
    return this.#given < 2 ? Buffer.alloc(0) : this.#open().write(this.#first);
  }

  async end(): Promise<Buffer> {
    const late = this.#steps === undefined ? this.#first : Buffer.alloc(0);
    const steps = this.#steps ?? this.#open();
    const rest = await steps.end(late);
    // What comes after the end of the compressed data nobody has looked at, but a lenient reader might.
    if (steps.taken !== this.#given) throw new Error('data after the end of the compressed data');
    return rest;
  }

  destroy(): void {
    this.#steps?.destroy();
  }

  #open(): Steps {
    this.#steps = new Steps(this.#decoder.open(this.#first), (bytes) => {
      this.#length += bytes;
      return this.#most(this.#length) ? undefined : new TooLong();
    });
    return this.#steps;
  }
}
