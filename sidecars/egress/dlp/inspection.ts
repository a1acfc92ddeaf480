import type { Finding } from '../../../schemas/protocol/egressLog.ts';
import type { Engine, SecretSearch } from './engine.ts';
import { Decoded, mayBeDecoded } from './decoded.ts';
import { Folding } from './folding.ts';
import type { Region } from './folding.ts';
import { isHome } from './homes.ts';
import { headersIn, withoutHeaders } from './packed.ts';
import { runsIn } from './runs.ts';
import { CANARY } from './scanner.ts';
import type { Detectors, KnownSecret } from './scanner.ts';
import { unescaped } from './unescape.ts';
import { withoutNuls } from './wide.ts';

/** What an inspection is about. */
export interface Subject {
  readonly host: string;
  readonly detectors: Pick<Detectors, 'outbound'>;
  /** Said in findings: `body`, `query`, `header x-note`. */
  readonly where: string;
}

/** How one view came about. */
interface View {
  /** Base64, hex and compression that were taken off to get here. */
  readonly depth: number;
  readonly where: string;
  /** Carries what is split between two views that follow each other. */
  readonly folding: Folding;
  /** Everything before this offset was there in the view before. */
  readonly fresh: number;
  /** Escapes are undone already. */
  readonly isPlain: boolean;
  /** Whoever runs this looks for compressed data in `bytes` itself: more may follow. */
  readonly isPiece: boolean;
}

/** Bytes with compressed data in them that ends there. */
export interface Packed {
  readonly bytes: Buffer;
  /** Of what is unpacked. */
  readonly depth: number;
}

/** Bytes that are worked on in one go: 0.2 ms of ordinary text, 10 ms of the worst anybody thought of. */
const SLICE = 16 * 1024;

/** Base64 in base64, or compressed data in it. */
export const DEPTH = 2;

export const TOO_DEEP = 'it is compressed inside compressed data inside compressed data';

/** Decoded runs are looked through when so much has come together. Bytes. */
const GATHERED = 64 * 1024;

/** Longest lead of a token, in bytes. */
const LEAD = 32;

const newline = Buffer.from('\n');

/**
 * One body, message or head as it is looked through. `view` is a generator that stops where others may have their turn;
 * run to its end at once it gives the same result.
 */
export class Inspection {
  readonly findings: Finding[] = [];
  /** A limit that was met, as a sentence. */
  refusal: string | undefined;
  /** Compressed data that was met and waits to be unpacked by whoever runs this. */
  readonly packed: Packed[] = [];

  readonly #engine: Engine;
  readonly #subject: Subject;
  readonly #suspects: (secret: KnownSecret) => boolean;
  readonly #seen = new Set<string>();
  readonly #most: number;
  /** Bytes of the body or message itself, and those that decoding brought to light. */
  #given = 0;
  #spent = 0;

  /** `most`: bytes that all layers together may have. */
  constructor(engine: Engine, subject: Subject, most: number = engine.limits.decoded) {
    this.#engine = engine;
    this.#subject = subject;
    this.#most = most;
    const known = subject.detectors.outbound.includes('known_secrets');
    this.#suspects = (secret) => (secret.kind === 'canary' || known) && !isHome(subject.host, secret.home);
  }

  /** Bytes that may still be unpacked and decoded. A long body or message may hold as many times its size as a compressed one. */
  get budget(): number {
    const { whole, ratio } = this.#engine.limits;
    return (this.#given > whole ? Math.max(this.#most, ratio * this.#given) : this.#most) - this.#spent;
  }

  /** Takes decoded bytes off the budget; false, and a refusal, when it is used up. */
  spend(bytes: number): boolean {
    this.#spent += bytes;
    const may = this.budget >= 0;
    if (!may) this.refusal ??= 'it decodes to more than can be looked through';
    return may;
  }

  /** Counts bytes as they were sent. */
  give(bytes: number): void {
    this.#given += bytes;
  }

  /** The next message has a budget of its own. */
  renew(): void {
    [this.#given, this.#spent] = [0, 0];
  }

  /** Looks through `bytes` and everything that is encoded in them. */
  *view(bytes: Buffer, view: Partial<View> = {}): Generator<void, void, void> {
    const { depth = 0, where = this.#subject.where, folding = new Folding(this.#engine.fold), fresh = 0, isPlain = false, isPiece = false } = view;
    const regions: Region[] = [];
    const overlap = Math.max(this.#engine.exact.search.longest, this.#engine.short.search.longest);
    for (let from = fresh; from < bytes.length; from += SLICE) {
      const to = Math.min(bytes.length, from + SLICE);
      this.#exactly(bytes, Math.max(0, from - overlap), to, where);
      this.#tokens(bytes, from === fresh ? 0 : from - LEAD, to, where);
      this.#folded(folding, bytes, from, to, regions, where);
      yield;
    }
    if (!isPiece) yield* this.#pack(bytes, depth);
    if (!isPlain) yield* this.#undo(bytes, regions, depth, decoded(where));
    if (depth < DEPTH) yield* this.#decode(bytes, depth + 1, decoded(where));
    const narrow = depth === 0 ? withoutNuls(bytes) : undefined;
    if (narrow !== undefined && this.spend(narrow.length)) yield* this.view(narrow, { depth: 1, where: decoded(where) });
  }

  #exactly(bytes: Buffer, from: number, to: number, where: string): void {
    for (const { search, needles } of [this.#engine.exact, this.#engine.short]) {
      search.find(bytes, from, to, (index) => this.#betrayed(needles, index, where));
    }
  }

  #folded(folding: Folding, bytes: Buffer, from: number, to: number, regions: Region[], where: string): void {
    const { search, needles } = this.#engine.folded;
    const folded = folding.push(bytes, from, to);
    for (const region of folded.escapes) {
      const last = regions.at(-1);
      if (last !== undefined && region.from <= last.to) last.to = region.to;
      else regions.push(region);
    }
    for (const text of [folded.text, folded.values, folded.keys]) search.find(text, 0, text.length, (index) => this.#betrayed(needles, index, where));
  }

  #betrayed(needles: SecretSearch['needles'], index: number, where: string): void {
    const secret = needles[index]?.secret;
    if (secret === undefined || !this.#suspects(secret)) return;
    this.#report(secret.kind === 'canary' ? CANARY : 'known_secrets', secret.name, where);
  }

  #tokens(bytes: Buffer, from: number, to: number, where: string): void {
    if (!this.#subject.detectors.outbound.includes('token_patterns')) return;
    this.#engine.tokens.find(bytes, Math.max(0, from), to, (token) => {
      const { host } = this.#subject;
      if (token.isAtHome(host)) return;
      // A value that was given for this very host is at home here, whatever its vendor's table says.
      if (this.#engine.secrets.some(({ value, home }) => (value.includes(token.text) || token.text.includes(value)) && isHome(host, home))) return;
      this.#report('token_patterns', token.rule, where);
    });
  }

  #report(detector: string, rule: string, where: string): void {
    // One finding a rule: the first place is the plainest one.
    const key = JSON.stringify([detector, rule]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.findings.push({ detector, rule, where });
  }

  *#pack(bytes: Buffer, depth: number): Generator<void, void, void> {
    for (const header of headersIn(bytes)) {
      yield;
      if (header === undefined) continue;
      if (depth >= DEPTH) this.refusal ??= TOO_DEEP;
      else this.packed.push({ bytes, depth: depth + 1 });
      return;
    }
  }

  /** Escapes undone, with what stands round them. */
  *#undo(bytes: Buffer, regions: readonly Region[], depth: number, where: string): Generator<void, void, void> {
    const plain: Buffer[] = [];
    for (const { from, to } of regions) {
      for (let at = from; at < Math.min(to, bytes.length); at += SLICE) {
        // Cut pieces overlap, so that an escape or a needle on the border is whole in one of them. Compressed data that is
        // there without an escape is unpacked where it stands whole.
        const piece = withoutHeaders(bytes.subarray(Math.max(from, at - 512), Math.min(to, at + SLICE)));
        for (const quotedPrintable of piece.includes('=') ? [false, true] : [false]) {
          const undone = unescaped(piece, quotedPrintable);
          if (undone === undefined) continue;
          if (!this.spend(undone.length)) return;
          plain.push(undone, newline);
        }
        yield;
      }
    }
    if (plain.length > 0) yield* this.view(Buffer.concat(plain), { depth, where, isPlain: true });
  }

  /** Base64 and hex decoded; short ones are looked through together. */
  *#decode(bytes: Buffer, depth: number, where: string): Generator<void, void, void> {
    const plain = new Decoded(bytes, (more) => this.spend(more));
    for (const run of yield* runsIn(bytes)) {
      if (!mayBeDecoded(bytes, run)) continue;
      if (!(yield* plain.add(run))) return;
      if (plain.length < GATHERED) continue;
      yield* this.view(plain.take(), { depth, where });
    }
    if (plain.length > 0) yield* this.view(plain.take(), { depth, where });
  }
}

function decoded(where: string): string {
  return where.endsWith(' (decoded)') ? where : `${where} (decoded)`;
}
