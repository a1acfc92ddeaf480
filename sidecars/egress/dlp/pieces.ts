import type { Engine } from './engine.ts';
import { characterEnd } from './fold.ts';
import { Folding } from './folding.ts';
import { DEPTH, TOO_DEEP } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { headersIn } from './packed.ts';
import type { Turns } from './run.ts';
import { Unpacking } from './unpacking.ts';

/** Compressed data that has not ended: an archive has one entry behind the other, and each takes memory. */
const MOST_OPEN = 8;

/** Looks through a stream of plain bytes piece by piece, the end of each seen again with the next. */
export class Pieces {
  readonly #engine: Engine;
  readonly #inspection: Inspection;
  readonly #turns: Turns;
  readonly #depth: number;
  readonly #folding: Folding;
  #carry: Buffer = Buffer.alloc(0);
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #scanned = 0;
  /** Compressed data that goes on in the next piece. */
  #open: Unpacking[] = [];

  /** `depth`: layers that were taken off to get at these bytes. */
  constructor(engine: Engine, inspection: Inspection, turns: Turns, depth = 0) {
    this.#engine = engine;
    this.#inspection = inspection;
    this.#turns = turns;
    this.#depth = depth;
    this.#folding = new Folding(engine.fold);
  }

  /** Bytes from the beginning that were looked through together with enough of what follows. */
  get settled(): number {
    return this.#scanned - this.#engine.holdBack;
  }

  /** Takes bytes; looks at what has gathered as soon as that is `size`. */
  async push(bytes: Buffer, size: number): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < size) return;
    let rest = Buffer.concat(this.#pending);
    [this.#pending, this.#pendingBytes] = [[], 0];
    while (rest.length >= size) {
      const end = characterEnd(rest, size);
      if (end === 0) break;
      await this.#look(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#pending.push(rest);
    this.#pendingBytes = rest.length;
  }

  /** Looks at all that has gathered, but for half a character. */
  async flush(): Promise<void> {
    if (this.#pendingBytes > 0) await this.push(Buffer.alloc(0), this.#pendingBytes);
  }

  /** Looks at what is left; `also` is looked at beside it. */
  async end(also: (whole: Buffer) => Buffer | undefined): Promise<void> {
    const rest = Buffer.concat(this.#pending);
    const isWhole = this.#scanned === 0;
    await this.#look(rest);
    for (const open of this.#open) await open.end();
    const beside = isWhole ? also(rest) : undefined;
    if (beside !== undefined) await this.#turns.run(this.#inspection.view(beside));
  }

  /** Frees what unpacks. */
  abandon(): void {
    for (const open of this.#open) open.abandon();
    this.#open = [];
  }

  async #look(fresh: Buffer): Promise<void> {
    const bytes = this.#carry.length === 0 ? fresh : Buffer.concat([this.#carry, fresh]);
    const before = this.#carry.length;
    if (this.#depth === 0) this.#inspection.give(fresh.length);
    await this.#turns.run(this.#inspection.view(bytes, { folding: this.#folding, fresh: before, depth: this.#depth, isPiece: true }));
    for (const open of this.#open) await open.push(fresh);
    await this.#unpack(bytes, before);
    for (let packed = this.#inspection.packed.shift(); packed !== undefined; packed = this.#inspection.packed.shift()) await this.#unpackWhole(packed.bytes, packed.depth);
    this.#scanned += fresh.length;
    this.#carry = Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.#engine.holdBack)));
  }

  /** Unpacks what begins in these bytes, wherever it ends. */
  async #unpack(bytes: Buffer, fresh: number): Promise<void> {
    this.#open = this.#open.filter((open) => !open.ended);
    for await (const unpacking of this.#begun(bytes, fresh, this.#depth + 1)) {
      if (unpacking.ended) continue;
      this.#open.push(unpacking);
      if (this.#open.length > MOST_OPEN) this.#inspection.refusal ??= 'there is too much compressed data in it that does not end';
    }
  }

  async #unpackWhole(bytes: Buffer, depth: number): Promise<void> {
    for await (const unpacking of this.#begun(bytes, 0, depth)) await unpacking.end();
  }

  async *#begun(bytes: Buffer, fresh: number, depth: number): AsyncGenerator<Unpacking, void, void> {
    for (const header of headersIn(bytes, fresh)) {
      if (depth > DEPTH) this.#inspection.refusal ??= TOO_DEEP;
      if (this.#inspection.refusal !== undefined) return;
      await this.#turns.breathe();
      if (header === undefined) continue;
      const unpacking = new Unpacking(this.#inspection, this.#turns, depth, () => new Pieces(this.#engine, this.#inspection, this.#turns, depth));
      await unpacking.push(bytes.subarray(header));
      yield unpacking;
    }
  }
}
