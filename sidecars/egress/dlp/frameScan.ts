import { looksForNothing } from './bodyScan.ts';
import type { Engine } from './engine.ts';
import { Inspection } from './inspection.ts';
import { Pieces } from './pieces.ts';
import { Turns } from './run.ts';
import type { Detectors, FrameScan, ScanStep } from './scanner.ts';

/** A scan of the messages of one WebSocket in one direction. */
export function frameScan(engine: Engine, about: { readonly host: string; readonly detectors: Detectors; readonly direction: 'up' | 'down' }): FrameScan {
  if (about.direction === 'down' || looksForNothing(engine, about)) return { message: (data) => Promise.resolve({ release: [data], findings: [] }) };
  const inspection = new Inspection(engine, { host: about.host, detectors: about.detectors, where: 'message' });
  const pieces = new Pieces(engine, inspection, new Turns());
  let reported = 0;
  return {
    message: async (data): Promise<ScanStep> => {
      if (data.length > engine.limits.message) inspection.refusal ??= 'a message is longer than can be looked through';
      try {
        if (inspection.refusal === undefined) await pieces.push(data, Math.max(1, data.length));
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
