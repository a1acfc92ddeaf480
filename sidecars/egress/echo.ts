import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';

/** A value too short to be a secret would blot out ordinary text. Characters. */
const SHORTEST = 8;

const BLOT = '*'.charCodeAt(0);

/**
 * Blots a credential out of what comes back: a debug endpoint or an error page that repeats a request would hand the
 * agent what it must never have. Bytes are replaced one for one, so lengths, ranges and digests of the framing hold.
 */
export class EchoGuard {
  readonly #needles: readonly Buffer[];

  constructor(secret: string) {
    this.#needles = spellings(secret).map((text) => Buffer.from(text, 'latin1'));
  }

  /** A header value or status text without the credential. */
  text(value: string): string {
    const bytes = Buffer.from(value, 'latin1');
    return this.#blot(bytes) ? bytes.toString('latin1') : value;
  }

  /** For one body. `seen` is called for every piece with an echo. Holds back only what may be the beginning of one. */
  stream(seen: () => void): Transform {
    let held = Buffer.alloc(0);
    const guard = (chunk: Buffer, last: boolean): Buffer => {
      const bytes = Buffer.concat([held, chunk]);
      const found = this.#blot(bytes);
      if (found) seen();
      const keep = last ? 0 : this.#begun(bytes);
      held = bytes.subarray(bytes.length - keep);
      return bytes.subarray(0, bytes.length - keep);
    };
    const pass = (bytes: Buffer, done: TransformCallback): void => (bytes.length === 0 ? done() : done(null, bytes));
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => pass(guard(chunk, false), done),
      flush: (done) => pass(guard(Buffer.alloc(0), true), done),
    });
  }

  /** In place. Everything is found before anything is overwritten, because spellings may overlap. */
  #blot(bytes: Buffer): boolean {
    const found: [number, number][] = [];
    for (const needle of this.#needles) {
      for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) found.push([at, at + needle.length]);
    }
    for (const [start, end] of found) bytes.fill(BLOT, start, end);
    return found.length > 0;
  }

  /** Length of the longest end of `bytes` that a needle begins with. */
  #begun(bytes: Buffer): number {
    let longest = 0;
    for (const needle of this.#needles) {
      for (let length = Math.min(needle.length - 1, bytes.length); length > longest; length--) {
        const start = bytes.length - length;
        if (bytes[start] === needle[0] && bytes.compare(needle, 0, length, start) === 0) longest = length;
      }
    }
    return longest;
  }
}

/** How a server may repeat a credential: as it is, escaped for a URL, JSON or HTML, in hexadecimal, in base64 anywhere. */
function spellings(secret: string): string[] {
  const parts = secret.includes(':') ? [secret, secret.slice(secret.indexOf(':') + 1)] : [secret];
  const all = parts.filter((part) => part.length >= SHORTEST).flatMap((part) => {
    const hex = Buffer.from(part, 'latin1').toString('hex');
    const percent = encodeURIComponent(part);
    return [
      part,
      percent,
      percent.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
      JSON.stringify(part).slice(1, -1),
      JSON.stringify(part).slice(1, -1).replaceAll('/', '\\/'),
      part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
      hex,
      hex.toUpperCase(),
      ...[0, 1, 2].flatMap((offset) => base64Core(part, offset)),
    ];
  });
  return [...new Set(all)];
}

/** The characters of the base64 of `secret` that do not depend on its neighbours, when `offset` bytes precede it. */
function base64Core(secret: string, offset: number): string[] {
  const coded = Buffer.from(' '.repeat(offset) + secret, 'latin1').toString('base64');
  const from = offset === 0 ? 0 : offset + 1;
  const whole = Math.floor(((offset + secret.length) * 8) / 6);
  const core = coded.slice(from, whole);
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
}
