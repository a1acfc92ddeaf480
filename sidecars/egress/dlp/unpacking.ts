import { createInflateRaw } from 'node:zlib';
import type { Inspection } from './inspection.ts';
import { MORE, NONE, dataIn, unpackSync } from './packed.ts';
import type { Pieces } from './pieces.ts';
import { AT_ONCE, EACH, notWhole, unpackedView } from './run.ts';
import type { Turns } from './run.ts';
import { Steps } from './steps.ts';

/** Compressed data that is tried to be unpacked at once: most entries of archives are small. Bytes. */
const SMALL = 64 * 1024;

/** Compressed data that is unpacked in one step: a thousand times as much may come out. Bytes. */
const STEP = 16 * 1024;

/** So much of what comes out is looked through together. Bytes. */
const PIECE = 256 * 1024;

/** One member of gzip or entry of a zip archive, unpacked and looked through as it comes. */
export class Unpacking {
  readonly #inspection: Inspection;
  readonly #turns: Turns;
  readonly #depth: number;
  readonly #pieces: () => Pieces;
  /** The header, until it is whole. */
  #head: Buffer | undefined = Buffer.alloc(0);
  /** Bytes of the header that are still to come. */
  #skip = 0;
  #stream: { readonly steps: Steps; readonly pieces: Pieces } | undefined;
  #ended = false;

  /** `pieces` looks through what comes out. */
  constructor(inspection: Inspection, turns: Turns, depth: number, pieces: () => Pieces) {
    this.#inspection = inspection;
    this.#turns = turns;
    this.#depth = depth;
    this.#pieces = pieces;
  }

  /** Whether there is nothing more to unpack: it is over, was none, or is refused. */
  get ended(): boolean {
    return this.#ended || this.#inspection.refusal !== undefined;
  }

  async push(bytes: Buffer): Promise<void> {
    if (this.ended) return;
    const data = this.#behindHeader(bytes);
    if (this.#skip >= data.length) {
      this.#skip -= data.length;
      return;
    }
    const rest = data.subarray(this.#skip);
    this.#skip = 0;
    if (this.#stream === undefined) await this.#turns.run(this.#begin(rest));
    if (this.#stream === undefined) return;
    const { steps, pieces } = this.#stream;
    for (let at = 0; at < rest.length && !this.ended; at += STEP) await this.#step(() => steps.write(rest.subarray(at, at + STEP)));
    if (!this.ended) await pieces.flush();
  }

  /** No more is coming. */
  async end(): Promise<void> {
    if (this.ended || this.#stream === undefined) return;
    const { steps } = this.#stream;
    await this.#step(() => steps.end(Buffer.alloc(0)));
    if (!this.ended) this.#inspection.refusal ??= notWhole('unfinished');
  }

  abandon(): void {
    this.#stream?.steps.destroy();
    this.#stream?.pieces.abandon();
  }

  #behindHeader(bytes: Buffer): Buffer {
    if (this.#head === undefined) return bytes;
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    const data = dataIn(head);
    this.#head = data === MORE ? Buffer.from(head) : undefined;
    this.#ended = data === NONE;
    if (data <= 0) return Buffer.alloc(0);
    this.#skip = data;
    return head;
  }

  /** Unpacks at once what is small, and opens a stream for all else. */
  *#begin(data: Buffer): Generator<void, void, void> {
    const unpacked = unpackSync(data.subarray(0, SMALL), Math.min(AT_ONCE, this.#inspection.budget));
    yield;
    if (unpacked.outcome === 'unfinished' || unpacked.outcome === 'too long') {
      if (this.#inspection.spend(EACH)) this.#stream = { steps: new Steps(createInflateRaw()), pieces: this.#pieces() };
      return;
    }
    this.#ended = true;
    yield* unpackedView(this.#inspection, unpacked, this.#depth);
  }

  async #step(work: () => Promise<Buffer>): Promise<void> {
    if (this.#stream === undefined) return;
    const { steps, pieces } = this.#stream;
    const before = steps.taken;
    let bytes: Buffer;
    try {
      bytes = await work();
    } catch {
      this.#inspection.refusal ??= notWhole('broken');
      return;
    }
    if (!this.#inspection.spend(steps.taken - before + bytes.length)) return;
    await pieces.push(bytes, PIECE);
    this.#ended = steps.ended;
    if (this.#ended) await pieces.end(() => undefined);
  }
}
