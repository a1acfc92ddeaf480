import { window } from 'vscode';
import { Disposables } from './disposables.ts';

/** Rest between two looks, in milliseconds. */
const rest = 5000;

/** A look may take this share of the time at most: a slow one is repeated less often. */
const share = 1 / 20;

/** Looks again and again while the person is at this window, and at once when they come back to it. Looks never overlap. */
export class FocusedPoll {
  readonly #look: () => Promise<void>;
  readonly #held = new Disposables();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #disposed = false;

  constructor(look: () => Promise<void>) {
    this.#look = look;
    this.#held.add(window.onDidChangeWindowState(({ focused }) => (focused ? void this.#now() : clearTimeout(this.#timer))));
    this.#after(0);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#held.dispose();
  }

  async #now(): Promise<void> {
    if (this.#looking) return;
    clearTimeout(this.#timer);
    this.#looking = true;
    const began = performance.now();
    await this.#look().catch(() => undefined);
    this.#looking = false;
    this.#after(performance.now() - began);
  }

  #after(took: number): void {
    if (this.#disposed || !window.state.focused) return;
    this.#timer = setTimeout(() => void this.#now(), Math.max(rest, took / share));
  }
}
