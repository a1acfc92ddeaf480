import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { scanLimits } from './dlp/limits.ts';
import type { BodyScan } from './dlp/scanner.ts';
import type { Body } from './framing.ts';

/** What all requests together may hold back until it is judged. Bytes. */
export const mostHeld = 64 * 1024 * 1024;

/**
 * Room for bodies that are held back. It is taken before the first byte is read: requests that each waited for the rest of
 * their own, with nothing left for any, would wait for ever.
 */
export class HeldBodies {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes for which room is taken. */
  get held(): number {
    return this.#held;
  }

  /** Takes room for a body; the function gives it back, once. Undefined when there is none. */
  take(body: Body): (() => void) | undefined {
    const bytes = body.kind === 'none' ? 0 : Math.min(body.kind === 'length' ? Number(body.length) : Infinity, scanLimits.whole);
    if (this.#held + bytes > this.#most) return undefined;
    this.#held += bytes;
    let taken = bytes;
    return () => {
      this.#held -= taken;
      taken = 0;
    };
  }
}

/** The scan, giving its room back when the body has gone on or was given up. */
export function givingBack(scan: BodyScan, release: () => void): BodyScan {
  return {
    push: (chunk) => scan.push(chunk),
    end: () => scan.end(),
    abandon() {
      scan.abandon();
      release();
    },
  };
}

/** The answer when there is no room. */
export function noRoom(host: string): Denial {
  return { ...denial(503, 'bodies', 'too many request bodies wait to be looked through at once', host, 'Try again in a moment, with fewer uploads at a time.'), retryAfter: 1 };
}
