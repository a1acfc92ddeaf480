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

/** Passes what the scan releases; ends in `BodyBlocked` at the first finding, before the byte that would complete it. */
export function gate(scan: BodyScan, side: Side): Transform {
  const judged = (step: ScanStep): ScanStep => {
    if (step.findings.length > 0 || step.refusal !== undefined) throw new BodyBlocked(side, step.findings, step.refusal);
    return step;
  };
  return through(scan, (stream, _chunk, step) => {
    for (const piece of judged(step).release) stream.push(piece);
  });
}

/** Passes every byte at once and tells what the scan finds in it. `seen` gets an empty list when the scan gave up. */
export function observe(scan: BodyScan, seen: (findings: readonly Finding[]) => void): Transform {
  return through(
    scan,
    (_stream, _chunk, step) => {
      if (step.findings.length > 0 || step.refusal !== undefined) seen(step.findings);
    },
    (stream, chunk) => void stream.push(chunk),
  );
}

/** A broken scan ends the stream: nothing passes unjudged where judging was asked for. */
function through(scan: BodyScan, after: (stream: Transform, chunk: Buffer | undefined, step: ScanStep) => void, before?: (stream: Transform, chunk: Buffer) => void): Transform {
  const run = (stream: Transform, chunk: Buffer | undefined, step: Promise<ScanStep>, done: (error?: Error) => void): void => {
    step
      .then((judged) => {
        if (!stream.destroyed) after(stream, chunk, judged);
      })
      .then(() => done(), (error: unknown) => done(error instanceof Error ? error : new Error('the scan failed')));
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      before?.(this, chunk);
      run(this, chunk, scan.push(chunk), done);
    },
    flush(done) {
      run(this, undefined, scan.end(), done);
    },
    destroy(error, done) {
      scan.abandon();
      done(error);
    },
  });
}
