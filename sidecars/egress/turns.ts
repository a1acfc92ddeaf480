import type { Duplex } from 'node:stream';

/** More requests behind an unanswered one are a flood: Node would go on reading them into memory. */
const MOST_WAITING = 100;

/**
 * One request at a time on each connection. Node hands out a request that stands behind an unanswered one, and never
 * tells its answer that the connection died: what is judged before its turn could go out and leave no trace.
 */
export class Turns {
  /** Requests that wait, by connection; it has an entry while one is served. */
  readonly #waiting = new WeakMap<Duplex, (() => Promise<void>)[]>();

  /** Whether a request of this connection is served. */
  busy(connection: Duplex): boolean {
    return this.#waiting.has(connection);
  }

  /**
   * Serves at once, or when those before it are over; never, when the connection dies before. `serve` does not reject and
   * ends with its answer's end. False when too many wait: then it is not served either.
   */
  take(connection: Duplex, serve: () => Promise<void>): boolean {
    const waiting = this.#waiting.get(connection);
    if (waiting === undefined) {
      this.#waiting.set(connection, []);
      void this.#serve(connection, serve);
    } else if (waiting.length < MOST_WAITING) waiting.push(serve);
    else return false;
    return true;
  }

  async #serve(connection: Duplex, first: () => Promise<void>): Promise<void> {
    let serve: (() => Promise<void>) | undefined = first;
    while (serve !== undefined) {
      await serve();
      serve = connection.destroyed ? undefined : this.#waiting.get(connection)?.shift();
    }
    this.#waiting.delete(connection);
  }
}
