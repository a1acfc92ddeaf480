import type { Engine } from './engine.ts';
import { characterEnd } from './fold.ts';
import { Folding } from './folding.ts';
import type { Inspection } from './inspection.ts';
import { runPacked } from './run.ts';
import type { Turns } from './run.ts';

/** Looks through a stream of plain bytes piece by piece, the end of each seen again with the next. */
export class Pieces {
  readonly #inspection: Inspection;
  readonly #turns: Turns;
  readonly #holdBack: number;
  readonly #folding: Folding;
  #carry: Buffer = Buffer.alloc(0);
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #scanned = 0;

  constructor(engine: Engine, inspection: Inspection, turns: Turns) {
    this.#inspection = inspection;
    this.#turns = turns;
    this.#holdBack = engine.holdBack;
    this.#folding = new Folding(engine.fold);
  }

  /** Bytes from the beginning that were looked through together with enough of what follows. */
  get settled(): number {
    return this.#scanned - this.#holdBack;
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

  /** Looks at what is left; `also` is looked at beside it. */
  async end(also: (whole: Buffer) => Buffer | undefined): Promise<void> {
    const rest = Buffer.concat(this.#pending);
    const isWhole = this.#scanned === 0;
    await this.#look(rest);
    const beside = isWhole ? also(rest) : undefined;
    if (beside !== undefined) await this.#turns.run(this.#inspection.view(beside));
  }

  async #look(fresh: Buffer): Promise<void> {
    const bytes = this.#carry.length === 0 ? fresh : Buffer.concat([this.#carry, fresh]);
    await this.#turns.run(this.#inspection.view(bytes, { folding: this.#folding, fresh: this.#carry.length }));
    await runPacked(this.#inspection, this.#turns);
    this.#scanned += fresh.length;
    this.#carry = Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.#holdBack)));
  }
}
