import type { Transform } from 'node:stream';

/** A stream that turns bytes into others, taken step by step: each resolves with what came out meanwhile. */
export class Steps {
  readonly #stream: Transform;
  #out: Buffer[] = [];
  #ended = false;
  #broken: Error | undefined;
  /** Tells the step under way that something happened. */
  #wake: () => void = () => undefined;

  /** `tooLong` is told how much came out with each piece, and may say why that is too much. */
  constructor(stream: Transform, tooLong: (bytes: number) => Error | undefined = () => undefined) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#out.push(chunk);
      const error = tooLong(chunk.length);
      if (error !== undefined) stream.destroy(error);
    });
    stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#broken ??= error;
      this.#wake();
    });
  }

  /** Whether the data said that it is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that were read; what comes after the end of the data is not. */
  get taken(): number {
    return 'bytesWritten' in this.#stream && typeof this.#stream.bytesWritten === 'number' ? this.#stream.bytesWritten : NaN;
  }

  write(chunk: Buffer): Promise<Buffer> {
    return this.#step((done) => this.#stream.write(chunk, done));
  }

  end(last: Buffer): Promise<Buffer> {
    return this.#step(() => this.#stream.end(last));
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #step(work: (done: () => void) => void): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (this.#broken !== undefined) return reject(this.#broken);
        resolve(Buffer.concat(this.#out));
        this.#out = [];
      };
      this.#wake = settle;
      if (this.#broken !== undefined || this.#ended) settle();
      // That the data is over is told a moment after the bytes that say it were taken.
      else work(() => void setImmediate(settle));
    });
  }
}
