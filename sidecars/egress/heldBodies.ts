import { denial } from './denial.ts';
import type { Denial } from './denial.ts';
import { scanLimits } from './dlp/limits.ts';
import type { BodyScan } from './dlp/scanner.ts';
import type { Body } from './framing.ts';

/** What all requests together may hold back until it is judged. Bytes. */
export const mostHeld = 64 * 1024 * 1024;

/** Room of one request, which takes and gives back as its needs change. */
export interface Share {
  /** False, and nothing has changed, when there is no room for so many bytes. */
  resize(bytes: number): boolean;
  /** Empty room beside this one, under the same cap. */
  beside(): Share;
}

/**
 * Room for bodies and messages that are held back. Who finds none is refused; requests that waited for it, each with a part
 * of its own, would wait for ever.
 */
export class HeldBodies {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Room for the most that a body may hold; undefined when there is none. */
  take(body: Body): Share | undefined {
    const share = this.#share();
    const bytes = body.kind === 'none' ? 0 : Math.min(body.kind === 'length' ? Number(body.length) : Infinity, scanLimits.whole);
    return share.resize(bytes) ? share : undefined;
  }

  #share(): Share {
    let own = 0;
    return {
      resize: (bytes) => {
        if (bytes > own && this.#held - own + bytes > this.#most) return false;
        this.#held += bytes - own;
        own = bytes;
        return true;
      },
      beside: () => this.#share(),
    };
  }
}

/** The scan, giving its room back when the body has gone on or was given up. */
export function givingBack(scan: BodyScan, room: Share): BodyScan {
  return {
    push: (chunk) => scan.push(chunk),
    end: () => scan.end(),
    abandon() {
      scan.abandon();
      room.resize(0);
    },
  };
}

/** The scan, calling `silent` when nothing of the body comes for so long before any of it goes on: no other limit runs until then. */
export function impatient(scan: BodyScan, limitMs: number, silent: () => void): BodyScan {
  let limit: NodeJS.Timeout | undefined = setTimeout(silent, limitMs).unref();
  const over = (): void => {
    clearTimeout(limit);
    limit = undefined;
  };
  return {
    async push(chunk) {
      limit?.refresh();
      const step = await scan.push(chunk);
      if (step.release.length > 0) over();
      return step;
    },
    end() {
      over();
      return scan.end();
    },
    abandon() {
      over();
      scan.abandon();
    },
  };
}

/** The answer when there is no room. */
export function noRoom(host: string): Denial {
  return { ...denial(503, 'bodies', 'too many request bodies wait to be looked through at once', host, 'Try again in a moment, with fewer uploads at a time.'), retryAfter: 1 };
}
