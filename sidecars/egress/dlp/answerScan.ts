import { unscanned } from './bodyScan.ts';
import type { Engine } from './engine.ts';
import type { BodyAbout, BodyScan } from './scanner.ts';

/** A scan of what comes back. */
export function answerScan(_engine: Engine, _about: BodyAbout): BodyScan {
  return unscanned;
}
