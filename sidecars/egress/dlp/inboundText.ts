import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import type { Engine } from './engine.ts';
import { Decoded, mayBeDecoded } from './decoded.ts';
import { characterEnd } from './fold.ts';
import { Folding } from './folding.ts';
import { withoutTags } from './markup.ts';
import { runsIn } from './runs.ts';
import { CANARY } from './scanner.ts';
import type { BodyAbout } from './scanner.ts';
import { unescaped } from './unescape.ts';

/** Bytes that are worked on in one go. */
const SLICE = 64 * 1024;

/** So much of what came before is seen again: a phrase in tags, escapes or base64 may come in small pieces. Bytes. */
const TAIL = 1024;

/** How many times its size a window may decode to. */
const DECODED = 4;

/** So much of the beginning tells text from other things. Bytes. */
const SAMPLE = 512;

/** Looks through plain bytes of an answer as they come. */
export class InboundText {
  readonly #engine: Engine;
  readonly #where: string;
  readonly #forPhrases: boolean;
  readonly #forSecrets: boolean;
  readonly #seen = new Set<string>();
  readonly #folding: Folding;
  /** The end of what came before, and how much of it is not folded yet: a character that is still to be completed. */
  #tail: Buffer = Buffer.alloc(0);
  #unfolded = 0;
  #isText: boolean | undefined;
  readonly findings: Finding[] = [];

  constructor(engine: Engine, { detectors }: Pick<BodyAbout, 'detectors'>, where: string, forPhrases: boolean) {
    this.#engine = engine;
    this.#where = where;
    this.#forPhrases = forPhrases;
    this.#forSecrets = detectors.outbound.includes('known_secrets');
    this.#folding = new Folding(engine.leetFold);
  }

  *look(bytes: Buffer): Generator<void, void, void> {
    if (bytes.length === 0) return;
    this.#isText ??= isText(bytes);
    for (let from = 0; from < bytes.length; from += SLICE) {
      const window = Buffer.concat([this.#tail, bytes.subarray(from, from + SLICE)]);
      this.#secrets(window);
      yield;
      if (this.#forPhrases && this.#isText) {
        yield* this.#phrases(window, this.#tail.length - this.#unfolded);
      }
      this.#tail = Buffer.from(window.subarray(Math.max(0, window.length - Math.max(TAIL, this.#engine.exact.search.longest))));
    }
  }

  #secrets(window: Buffer): void {
    const { search, needles } = this.#engine.exact;
    search.find(window, 0, window.length, (index) => {
      const secret = needles[index]?.secret;
      if (secret?.kind === 'canary') this.#report(CANARY, secret.name);
      else if (secret?.kind === 'credential' && this.#forSecrets) this.#report('known_secrets', secret.name);
    });
  }

  *#phrases(window: Buffer, fresh: number): Generator<void, void, void> {
    const end = characterEnd(window, window.length);
    this.#unfolded = window.length - end;
    const { text, escapes } = this.#folding.push(window, fresh, end);
    this.#find(text);
    yield;
    this.#findIn(withoutTags(window));
    yield;
    for (const { from, to } of escapes) {
      this.#findIn(unescaped(window.subarray(Math.max(0, from - TAIL), to), false));
      yield;
    }
    // A limit for each window: an answer may be without end. More than decoding gives at all alignments is no text.
    let room = DECODED * window.length;
    const plain = new Decoded(window, (more) => (room -= more) >= 0);
    for (const run of yield* runsIn(window)) if (mayBeDecoded(window, run) && !(yield* plain.add(run))) break;
    if (plain.length > 0) this.#findIn(plain.take());
    yield;
  }

  #findIn(bytes: Buffer | undefined): void {
    if (bytes !== undefined) this.#find(new Folding(this.#engine.leetFold).push(bytes, 0, bytes.length).text);
  }

  #find(folded: Uint8Array): void {
    this.#engine.phrases.find(folded, (rule) => this.#report('naive_injection_detection', rule));
  }

  #report(detector: string, rule: string): void {
    const key = JSON.stringify([detector, rule]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.findings.push({ detector, rule, where: this.#where });
  }
}

/** Whether bytes are something a person could read: no NUL, few control characters. */
function isText(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, SAMPLE);
  const odd = sample.reduce((count, byte) => count + (byte === 0 ? SAMPLE : byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b) ? 1 : 0), 0);
  return odd <= sample.length / 32;
}
