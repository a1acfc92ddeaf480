import { looksForNothing } from './bodyScan.ts';
import type { Engine } from './engine.ts';
import { InboundText } from './inboundText.ts';
import { Inspection } from './inspection.ts';
import { Pieces } from './pieces.ts';
import { Turns } from './run.ts';
import type { Detectors, FrameScan, ScanStep } from './scanner.ts';

/** Where the messages go, or come from. */
export interface FrameAbout {
  readonly host: string;
  readonly detectors: Detectors;
  readonly direction: 'up' | 'down';
}

/** A scan of the messages of one WebSocket in one direction. */
export function frameScan(engine: Engine, about: FrameAbout): FrameScan {
  return about.direction === 'up' ? up(engine, about) : down(engine, about);
}

function up(engine: Engine, about: FrameAbout): FrameScan {
  if (looksForNothing(engine, about)) return { message: (data) => Promise.resolve({ release: [data], findings: [] }) };
  const inspection = new Inspection(engine, { host: about.host, detectors: about.detectors, where: 'message' });
  const pieces = new Pieces(engine, inspection, new Turns());
  let reported = 0;
  return {
    message: async (data): Promise<ScanStep> => {
      if (data.length > engine.limits.message) inspection.refusal ??= 'a message is longer than can be looked through';
      try {
        // A session has no end, so no budget either: each message has its own.
        inspection.renew();
        if (inspection.refusal === undefined && data.length > 0) {
          await pieces.push(data, Math.min(data.length, engine.limits.whole));
          await pieces.flush();
        }
      } catch {
        inspection.refusal ??= 'a message cannot be looked through';
      }
      const findings = inspection.findings.slice(reported);
      reported = inspection.findings.length;
      const { refusal } = inspection;
      return { release: refusal === undefined && reported === 0 ? [data] : [], findings, ...(refusal === undefined ? {} : { refusal }) };
    },
  };
}

function down(engine: Engine, about: FrameAbout): FrameScan {
  const text = new InboundText(engine, about, 'message', about.detectors.inbound.length > 0);
  const turns = new Turns();
  let reported = 0;
  let refusal: string | undefined;
  return {
    message: async (data): Promise<ScanStep> => {
      try {
        if (refusal === undefined) await turns.run(text.look(data));
      } catch {
        refusal = 'a message cannot be looked through';
      }
      const findings = text.findings.slice(reported);
      reported = text.findings.length;
      return refusal === undefined ? { release: [data], findings } : { release: [], findings, refusal };
    },
  };
}
