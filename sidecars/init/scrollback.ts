/** The last bytes a terminal said: at most `capacity`, starting at the start of a line once something was dropped. */
export class Scrollback {
  readonly #capacity: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Twice the capacity before compacting: each byte is copied about once.
    if (this.#size > 2 * this.#capacity) this.#compact();
  }

  content(): Buffer {
    this.#compact();
    const all = Buffer.concat(this.#chunks);
    if (!this.#cut) return all;
    const newline = all.indexOf(0x0a);
    return newline === -1 ? all : all.subarray(newline + 1);
  }

  #compact(): void {
    if (this.#size <= this.#capacity) return;
    const kept = Buffer.concat(this.#chunks).subarray(-this.#capacity);
    this.#chunks = [Buffer.from(kept)];
    this.#size = kept.length;
    this.#cut = true;
  }
}
