import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import { beginsLikeGzip, codingsOf, ContentDecoder, TooLong } from './codings.ts';
import type { Engine } from './engine.ts';
import { joinedFields } from './form.ts';
import { Inspection } from './inspection.ts';
import { Pieces } from './pieces.ts';
import { Turns } from './run.ts';
import type { BodyAbout, BodyScan, ScanStep } from './scanner.ts';

/** Whether anything is looked for at all. */
export function looksForNothing(engine: Engine, { detectors }: Pick<BodyAbout, 'detectors'>): boolean {
  return detectors.outbound.length === 0 && !engine.secrets.some(({ kind }) => kind === 'canary');
}

/** Lets everything go on. */
export const unscanned: BodyScan = {
  push: (chunk) => Promise.resolve({ release: [chunk], findings: [] }),
  end: () => Promise.resolve({ release: [], findings: [] }),
  abandon: () => undefined,
};

/** A scan of what leaves. Small bodies are held back whole, of large ones only the end. */
export function bodyScan(engine: Engine, about: BodyAbout): BodyScan {
  return looksForNothing(engine, about) ? unscanned : new OutboundScan(engine, about);
}

/** A raw chunk, and how many plain bytes were there once it was decoded. */
interface Held {
  readonly chunk: Buffer;
  plainEnd: number;
}

class OutboundScan implements BodyScan {
  readonly #engine: Engine;
  readonly #inspection: Inspection;
  readonly #pieces: Pieces;
  readonly #contentEncoding: string | undefined;
  #decoder: ContentDecoder | undefined;
  #held: Held[] = [];
  /** Chunks from here on are not decoded yet. */
  #waiting: Held[] = [];
  #raw = 0;
  #plain = 0;
  #opened = false;
  #reported = 0;

  constructor(engine: Engine, about: BodyAbout) {
    this.#engine = engine;
    this.#inspection = new Inspection(engine, { host: about.host, detectors: about.detectors, where: 'body' });
    this.#pieces = new Pieces(engine, this.#inspection, new Turns());
    this.#contentEncoding = about.contentEncoding;
    if (about.contentEncoding !== undefined) {
      const codings = codingsOf(about.contentEncoding);
      if (!codings.ok) this.#inspection.refusal = codings.reason;
    }
  }

  async push(chunk: Buffer): Promise<ScanStep> {
    if (this.#stopped) return this.#step([]);
    const held = { chunk, plainEnd: Infinity };
    this.#held.push(held);
    this.#waiting.push(held);
    this.#raw += chunk.length;
    if (this.#raw <= this.#engine.limits.whole) return this.#step([]);
    await this.#look(this.#engine.limits.piece);
    return this.#step(this.#stopped ? [] : this.#settled());
  }

  async end(): Promise<ScanStep> {
    if (!this.#stopped) {
      await this.#look(this.#raw <= this.#engine.limits.whole ? this.#engine.limits.whole + 1 : this.#engine.limits.piece);
      await this.#reading(async () => {
        const rest = await this.#decoder?.end();
        if (rest !== undefined) await this.#pieces.push(rest, this.#engine.limits.piece);
        await this.#pieces.end(joinedFields);
      });
    }
    const release = this.#stopped ? [] : this.#held.map(({ chunk }) => chunk);
    this.#held = [];
    return this.#step(release);
  }

  abandon(): void {
    this.#decoder?.destroy();
    this.#pieces.abandon();
    this.#held = [];
    this.#waiting = [];
  }

  get #stopped(): boolean {
    return this.#inspection.refusal !== undefined || this.#inspection.findings.length > 0;
  }

  async #look(size: number): Promise<void> {
    this.#open();
    for (let held = this.#waiting.shift(); held !== undefined && !this.#stopped; held = this.#waiting.shift()) {
      const { chunk } = held;
      await this.#reading(async () => {
        const plain = (await this.#decoder?.write(chunk)) ?? chunk;
        this.#plain += plain.length;
        await this.#pieces.push(plain, size);
      });
      held.plainEnd = this.#plain;
    }
  }

  /** The label decides; without one, what the bytes say about themselves. */
  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    const declared = codingsOf(this.#contentEncoding);
    const first = Buffer.concat(this.#held.slice(0, 3).map(({ chunk }) => chunk.subarray(0, 3)));
    const codings = declared.ok && declared.value.length > 0 ? declared.value : beginsLikeGzip(first) ? ['gzip'] : [];
    if (codings.length > 0) this.#decoder = new ContentDecoder(codings, (bytes) => this.#mayBe(bytes));
  }

  /** Whether so much may come out of what went in. */
  #mayBe(bytes: number): boolean {
    const { whole, decoded, ratio } = this.#engine.limits;
    return bytes <= whole || (bytes <= ratio * this.#raw && (this.#raw > whole || bytes <= decoded));
  }

  async #reading(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Whatever went wrong while looking: nobody looked.
      this.#inspection.refusal ??= error instanceof TooLong ? 'it unpacks to more than can be looked through' : this.#decoder === undefined ? 'it cannot be looked through' : 'its content coding cannot be undone';
    }
  }

  #settled(): Buffer[] {
    const release: Buffer[] = [];
    while ((this.#held[0]?.plainEnd ?? Infinity) <= this.#pieces.settled) {
      const held = this.#held.shift();
      if (held !== undefined) release.push(held.chunk);
    }
    return release;
  }

  #step(release: readonly Buffer[]): ScanStep {
    const findings: readonly Finding[] = this.#inspection.findings.slice(this.#reported);
    this.#reported = this.#inspection.findings.length;
    const { refusal } = this.#inspection;
    if (this.#stopped) this.abandon();
    return { release, findings, ...(refusal === undefined ? {} : { refusal }) };
  }
}
