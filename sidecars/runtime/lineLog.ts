import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Called with each line after it is written; `end` is the byte offset just behind it. */
export type LineListener = (line: string, end: number) => void;

/** An agent can cause lines without end; the disk is the person's. In bytes: about a million lines. */
const LARGEST = 256 * 1024 * 1024;

/**
 * An append-only file of JSON lines. Writes are synchronous: a decision is on record before its answer is on the wire,
 * and a full disk or file is known at once (`lost`), so that the caller can fail closed.
 */
export class LineLog {
  readonly #descriptor: number;
  readonly #listeners = new Set<LineListener>();
  readonly #largest: number;
  #bytes: number;
  #torn: boolean;
  #lost = false;

  constructor(path: string, largest = LARGEST) {
    this.#largest = largest;
    this.#descriptor = openSync(path, 'a+', 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
    this.#torn = this.#bytes > 0 && this.#read(this.#bytes - 1, 1).toString() !== '\n';
  }

  /** Size of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True after a failed write, until one succeeds. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Returns false when the line is not on record. */
  append(value: unknown): boolean {
    const line = JSON.stringify(value);
    // A write cut short earlier left half a line: end it, so that this one stays readable.
    const bytes = Buffer.from(this.#torn ? `\n${line}\n` : `${line}\n`);
    if (this.#bytes + bytes.length > this.#largest) {
      this.#lost = true;
      return false;
    }
    try {
      const written = writeSync(this.#descriptor, bytes);
      this.#bytes += written;
      this.#torn = written < bytes.length;
      this.#lost = this.#torn;
    } catch {
      this.#lost = true;
    }
    if (!this.#lost) for (const listener of this.#listeners) listener(line, this.#bytes);
    return !this.#lost;
  }

  /** Whole lines from byte `offset` to `limit`, each with the offset behind it. */
  *lines(offset: number, limit: number): Generator<{ readonly line: string; readonly end: number }> {
    let rest = Buffer.alloc(0);
    let end = offset;
    for (let at = offset; at < limit; ) {
      const chunk = this.#read(at, Math.min(64 * 1024, limit - at));
      if (chunk.length === 0) return;
      at += chunk.length;
      rest = Buffer.concat([rest, chunk]);
      for (let stop = rest.indexOf(10); stop >= 0; stop = rest.indexOf(10)) {
        end += stop + 1;
        yield { line: rest.subarray(0, stop).toString(), end };
        rest = rest.subarray(stop + 1);
      }
    }
  }

  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    closeSync(this.#descriptor);
  }

  #read(position: number, length: number): Buffer {
    const chunk = Buffer.alloc(length);
    return chunk.subarray(0, readSync(this.#descriptor, chunk, 0, length, position));
  }
}
