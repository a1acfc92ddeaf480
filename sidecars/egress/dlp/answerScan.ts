import { unscanned } from './bodyScan.ts';
import { codingsOf, ContentDecoder, TooLong } from './codings.ts';
import type { Engine } from './engine.ts';
import { InboundText } from './inboundText.ts';
import { Turns } from './run.ts';
import type { BodyAbout, BodyScan, ScanStep } from './scanner.ts';

/** Labels of what no model reads as text. */
const pictures = /^\s*(?:image\/(?!svg)|audio\/|video\/|font\/)/i;

/** A scan of what comes back: phrases in whatever is text, secrets that the agent should not see in everything. */
export function answerScan(engine: Engine, about: BodyAbout): BodyScan {
  const forPhrases = about.detectors.inbound.length > 0 && !pictures.test(about.contentType ?? '');
  const forSecrets = about.detectors.outbound.includes('known_secrets') || engine.secrets.some(({ kind }) => kind === 'canary');
  return forPhrases || forSecrets ? new InboundScan(engine, about, forPhrases) : unscanned;
}

class InboundScan implements BodyScan {
  readonly #text: InboundText;
  readonly #turns = new Turns();
  readonly #decoder: ContentDecoder | undefined;
  #raw = 0;
  #reported = 0;
  #refusal: string | undefined;

  constructor(engine: Engine, about: BodyAbout, forPhrases: boolean) {
    this.#text = new InboundText(engine, about, 'answer', forPhrases);
    const codings = codingsOf(about.contentEncoding);
    if (!codings.ok) this.#refusal = codings.reason;
    else if (codings.value.length > 0) {
      const { whole, ratio } = engine.limits;
      this.#decoder = new ContentDecoder(codings.value, (bytes) => bytes <= whole || bytes <= ratio * this.#raw);
    }
  }

  async push(chunk: Buffer): Promise<ScanStep> {
    this.#raw += chunk.length;
    await this.#reading(async () => {
      await this.#turns.run(this.#text.look((await this.#decoder?.write(chunk)) ?? chunk));
    });
    return this.#step([chunk]);
  }

  async end(): Promise<ScanStep> {
    await this.#reading(async () => {
      const rest = this.#raw === 0 ? undefined : await this.#decoder?.end();
      if (rest !== undefined) await this.#turns.run(this.#text.look(rest));
    });
    return this.#step([]);
  }

  abandon(): void {
    this.#decoder?.destroy();
  }

  async #reading(work: () => Promise<void>): Promise<void> {
    if (this.#refusal !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.#refusal = error instanceof TooLong ? 'the answer unpacks to more than can be looked through' : 'the answer cannot be looked through';
    }
  }

  #step(release: readonly Buffer[]): ScanStep {
    const findings = this.#text.findings.slice(this.#reported);
    this.#reported = this.#text.findings.length;
    return this.#refusal === undefined ? { release, findings } : { release: [], findings, refusal: this.#refusal };
  }
}
