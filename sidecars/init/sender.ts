import type { WebSocket } from 'ws';
import type { TerminalNews } from '../../schemas/protocol/terminal.ts';

/** Bytes waiting for a slow client before its source is held back, and when it is let go again. */
const high = 1024 * 1024;
const low = 256 * 1024;

/** Our end of one client connection: frames out, and the word when it cannot take more. */
export class Sender {
  readonly #socket: WebSocket;
  #whenLow: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.once('close', () => this.#release());
  }

  bytes(data: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(data, { binary: true }, () => {
      if (this.#socket.bufferedAmount <= low) this.#release();
    });
  }

  news(news: TerminalNews): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(news));
  }

  get full(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && this.#socket.bufferedAmount > high;
  }

  /** Calls back once, when there is room again or nobody is left to send to. */
  whenReady(callback: () => void): void {
    this.#whenLow.push(callback);
  }

  /** Takes nothing more from this client until `more` is called. */
  hold(): void {
    this.#socket.pause();
  }

  more(): void {
    this.#socket.resume();
  }

  /** Says the last word and hangs up; resolves when the other side has it, or after a second. */
  close(news: TerminalNews): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState === this.#socket.CLOSED) return resolve();
      const limit = setTimeout(() => this.#socket.terminate(), 1000);
      this.#socket.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      this.news(news);
      this.#socket.close();
    });
  }

  drop(): void {
    this.#socket.terminate();
  }

  #release(): void {
    const waiting = this.#whenLow;
    this.#whenLow = [];
    for (const callback of waiting) callback();
  }
}
