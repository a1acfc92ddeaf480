import type { Engine } from './engine.ts';
import { Inspection } from './inspection.ts';
import type { Subject } from './inspection.ts';
import { unpack, unpackSync } from './packed.ts';
import type { Unpacked } from './packed.ts';

/** What can be unpacked at once without holding up others. Bytes. */
const AT_ONCE = 512 * 1024;

/** Work may go on for so long before others get their turn. Milliseconds. */
const TURN_MS = 4;

/** Looks through something small at once. */
export function runNow(engine: Engine, subject: Subject, bytes: Buffer): Inspection {
  const inspection = new Inspection(engine, subject);
  exhaust(inspection.view(bytes));
  for (let packed = inspection.packed.shift(); packed !== undefined && inspection.refusal === undefined; packed = inspection.packed.shift()) {
    exhaust(unpackedView(inspection, unpackSync(packed, Math.min(AT_ONCE, inspection.budget)), packed.depth));
  }
  return inspection;
}

/** Unpacks and looks through whatever compressed data the inspection met. */
export async function runPacked(inspection: Inspection, turns: Turns): Promise<void> {
  for (let packed = inspection.packed.shift(); packed !== undefined && inspection.refusal === undefined; packed = inspection.packed.shift()) {
    await turns.run(unpackedView(inspection, await unpack(packed, inspection.budget), packed.depth));
  }
}

function unpackedView(inspection: Inspection, { bytes, outcome }: Unpacked, depth: number): Generator<void, void, void> {
  if (outcome !== 'whole') inspection.refusal ??= `compressed data inside ${outcome === 'broken' ? 'cannot be unpacked' : 'unpacks to more than can be looked through'}`;
  inspection.spend(bytes.length);
  return inspection.view(bytes, { depth });
}

function exhaust(steps: Generator<void, void, void>): void {
  while (steps.next().done !== true);
}

/** Shares the event loop: lets others have their turn whenever this took its own. */
export class Turns {
  #since = performance.now();

  async run(steps: Generator<void, void, void>): Promise<void> {
    this.#since = performance.now();
    while (steps.next().done !== true) {
      if (performance.now() - this.#since < TURN_MS) continue;
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#since = performance.now();
    }
  }
}
