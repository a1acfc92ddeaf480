import type { Readable } from 'node:stream';

/** Everything the stream has said so far, growing; `until` waits for a piece of it, `end` for all of it. */
export class Listening {
  #text = '';
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('utf8');
    });
    stream.on('error', () => undefined);
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves with the text once it matches; rejects with the text when the stream ends or `ms` pass before that. */
  until(pattern: RegExp, ms = 15_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (found: boolean, why: string): void => {
        clearTimeout(limit);
        this.#stream.off('data', look);
        this.#stream.off('close', closed);
        if (found) resolve(this.#text);
        else reject(new Error(`${String(pattern)} did not come before ${why}; seen: ${JSON.stringify(this.#text.slice(-2000))}`));
      };
      const look = (): void => {
        if (pattern.test(this.#text)) finish(true, '');
      };
      const closed = (): void => finish(pattern.test(this.#text), 'the end');
      const limit = setTimeout(() => finish(false, `${String(ms)} ms`), ms);
      this.#stream.on('data', look);
      this.#stream.on('close', closed);
      if (this.#stream.closed) closed();
      else look();
    });
  }

  end(ms = 15_000): Promise<string> {
    if (this.#stream.closed) return Promise.resolve(this.#text);
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no end within ${String(ms)} ms; seen: ${JSON.stringify(this.#text.slice(-2000))}`)), ms);
      this.#stream.once('close', () => {
        clearTimeout(limit);
        resolve(this.#text);
      });
    });
  }
}

/** Asks again every 20 ms until the answer satisfies; rejects with the last answer after `ms`. */
export async function eventually<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, ms = 10_000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(answer)} after ${String(ms)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
