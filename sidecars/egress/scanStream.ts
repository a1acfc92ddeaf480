import { Transform } from 'node:stream';
import type { Finding } from '../../schemas/protocol/egressLog.ts';
import type { BodyScan, ScanStep } from './dlp/scanner.ts';

type Side = 'request' | 'answer';

/** A scan said no. The message is one sentence without the value. */
export class BodyBlocked extends Error {
  override readonly name = 'BodyBlocked';
  readonly side: Side;
  readonly findings: readonly Finding[];

  constructor(side: Side, findings: readonly Finding[], refusal?: string) {
    super(refusal ?? `the ${side} holds what must not pass: ${findings.map(told).join(', ')}`);
    this.side = side;
    this.findings = findings;
  }
}

/** One finding in words. */
export function told(finding: Finding): string {
  return `${finding.rule} in ${finding.where} (${finding.detector})`;
}

/**
 * Passes what the scan releases; ends in `BodyBlocked` at the first finding, before the byte that would complete it.
 * `charge` is told of bytes before they go, and throws when they may not.
 */
export function gate(scan: BodyScan, side: Side, charge?: (bytes: number) => void): Transform {
  const judged = (step: ScanStep): ScanStep => {
    if (step.findings.length > 0 || step.refusal !== undefined) throw new BodyBlocked(side, step.findings, step.refusal);
    return step;
  };
  return through(scan, side, (stream, step) => {
    const { release } = judged(step);
    if (release.length > 0) charge?.(release.reduce((sum, piece) => sum + piece.length, 0));
    for (const piece of release) stream.push(piece);
  });
}

/** Passes every byte at once and tells what the scan finds in it. `seen` gets an empty list when the scan gave up. */
export function observe(scan: BodyScan, seen: (findings: readonly Finding[]) => void): Transform {
  return through(
    scan,
    'answer',
    (_stream, step) => {
      if (step.findings.length > 0 || step.refusal !== undefined) seen(step.findings);
    },
    (stream, chunk) => void stream.push(chunk),
  );
}

/** A broken scan is a refusal, and what it broke on is nobody's to read: nothing passes unseen. */
function through(scan: BodyScan, side: Side, after: (stream: Transform, step: ScanStep) => void, before?: (stream: Transform, chunk: Buffer) => void): Transform {
  const run = async (stream: Transform, step: () => Promise<ScanStep>, done: (error?: Error) => void): Promise<void> => {
    try {
      const judged = await step();
      if (!stream.destroyed) after(stream, judged);
      done();
    } catch (error) {
      done(error instanceof BodyBlocked ? error : new BodyBlocked(side, [], `the ${side} could not be looked through`));
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      before?.(this, chunk);
      void run(this, () => scan.push(chunk), done);
    },
    flush(done) {
      void run(this, () => scan.end(), done);
    },
    destroy(error, done) {
      scan.abandon();
      done(error);
    },
  });
}
