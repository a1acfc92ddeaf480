import { once } from 'node:events';
import type { Pty, Size } from './pty.ts';
import { Scrollback } from './scrollback.ts';
import type { Sender } from './sender.ts';

const scrollbackBytes = 1024 * 1024;

/** A viewer that takes nothing for this long is let go; it may come back and finds the scrollback. Milliseconds. */
const patienceMs = 10_000;

/** The agent's terminal: read whether somebody looks or not, shown to everybody who does. */
export class Terminal {
  readonly scrollback = new Scrollback(scrollbackBytes);
  /** Resolves when the last process left the terminal and everything was read. */
  readonly closed: Promise<void>;
  readonly #pty: Pty;
  readonly #viewers = new Set<Sender>();
  readonly #slow = new Set<Sender>();
  #lastByte = performance.now();

  constructor(pty: Pty) {
    this.#pty = pty;
    this.closed = once(pty.master, 'close').then(() => undefined, () => undefined);
    pty.master.on('data', (chunk: Buffer) => {
      this.#lastByte = performance.now();
      this.#show(chunk);
    });
  }

  /** Milliseconds since the agent last printed or was typed to. */
  get quietMs(): number {
    return performance.now() - this.#lastByte;
  }

  /** Words of ours among the agent's, on a line of their own. */
  say(words: string): void {
    this.#show(Buffer.from(`\r\n${words}\r\n`));
  }

  /** Shows what is in the scrollback, then all that follows. */
  add(viewer: Sender): void {
    viewer.bytes(this.scrollback.content());
    this.#viewers.add(viewer);
  }

  remove(viewer: Sender): void {
    this.#viewers.delete(viewer);
  }

  resize(size: Size): void {
    this.#pty.resize(size);
  }

  /** Keystrokes from one viewer, who is held back while the agent does not read. */
  write(bytes: Buffer, from: Sender): void {
    this.#lastByte = performance.now();
    writeOrHold(this.#pty.master, bytes, from);
  }

  #show(chunk: Buffer): void {
    this.scrollback.push(chunk);
    for (const viewer of this.#viewers) {
      viewer.bytes(chunk);
      if (viewer.full) this.#waitFor(viewer);
    }
  }

  #waitFor(viewer: Sender): void {
    if (this.#slow.has(viewer)) return;
    this.#slow.add(viewer);
    this.#pty.master.pause();
    const limit = setTimeout(() => viewer.drop(), patienceMs);
    viewer.whenReady(() => {
      clearTimeout(limit);
      this.#slow.delete(viewer);
      if (this.#slow.size === 0) this.#pty.master.resume();
    });
  }
}

/** Writes what a client sent; when it piles up the client is held until it has drained. */
export function writeOrHold(target: NodeJS.WritableStream, bytes: Buffer, from: Sender): void {
  if (!target.writable || target.write(bytes)) return;
  from.hold();
  target.once('drain', () => from.more());
}
