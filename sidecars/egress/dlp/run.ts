import type { Engine } from './engine.ts';
import { Inspection } from './inspection.ts';
import type { Subject } from './inspection.ts';
import { dataIn, headersIn, unpackSync } from './packed.ts';
import type { Unpacked } from './packed.ts';

/** What can be unpacked at once without holding up others. Bytes. */
export const AT_ONCE = 512 * 1024;

/** To begin with a member or an entry costs as much as so many bytes. */
export const EACH = 1024;

/** Work may go on for so long before others get their turn. Milliseconds. */
const TURN_MS = 4;

/** Looks through something small at once. */
export function runNow(engine: Engine, subject: Subject, bytes: Buffer): Inspection {
  const inspection = new Inspection(engine, subject, engine.limits.atOnce);
  exhaust(inspection.view(bytes));
  for (let packed = inspection.packed.shift(); packed !== undefined; packed = inspection.packed.shift()) {
    for (const header of headersIn(packed.bytes)) {
      if (header === undefined || inspection.refusal !== undefined) continue;
      const rest = packed.bytes.subarray(header);
      const data = dataIn(rest);
      if (data > 0 && data < rest.length) exhaust(unpackedView(inspection, unpackSync(rest.subarray(data), Math.min(AT_ONCE, inspection.budget)), packed.depth));
    }
  }
  return inspection;
}

/** A view of what was unpacked, none when it could not be. */
export function* unpackedView(inspection: Inspection, { bytes, taken, outcome }: Unpacked, depth: number): Generator<void, void, void> {
  if (outcome !== 'whole') inspection.refusal ??= notWhole(outcome);
  else if (inspection.spend(EACH + taken + bytes.length)) yield* inspection.view(bytes, { depth });
}

export function notWhole(outcome: Exclude<Unpacked['outcome'], 'whole'>): string {
  return `compressed data inside ${outcome === 'too long' ? 'unpacks to more than can be looked through' : 'cannot be unpacked'}`;
}

function exhaust(steps: Generator<void, void, void>): void {
  while (steps.next().done !== true);
}

/** Shares the event loop: lets others have their turn whenever this took its own, in one piece of work or in many. */
export class Turns {
  /** Milliseconds of work since others had theirs. */
  #used = 0;
  #breath = performance.now();

  async run(steps: Generator<void, void, void>): Promise<void> {
    let since = performance.now();
    while (steps.next().done !== true) {
      if (this.#used + performance.now() - since < TURN_MS) continue;
      await this.#pass();
      since = performance.now();
    }
    this.#used += performance.now() - since;
  }

  /** For work of which it is not known how long it takes: lets others have their turn when the last one is a while ago. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#breath >= TURN_MS || this.#used >= TURN_MS) await this.#pass();
  }

  async #pass(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    [this.#used, this.#breath] = [0, performance.now()];
  }
}
