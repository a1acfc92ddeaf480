import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** Tells of changes to the files of a folder whose names begin alike; one between looking and waiting is not missed. */
export class FolderChanges {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal;
  #pending = true;
  #wake: () => void = () => undefined;

  constructor(folder: string, prefix: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#watcher = watch(folder, (_event, name) => {
      if (name === null || name.startsWith(prefix)) this.#poke();
    });
    this.#watcher.on('error', () => this.#poke());
    signal.addEventListener('abort', this.#poke);
  }

  readonly #poke = (): void => {
    this.#pending = true;
    this.#wake();
  };

  /** Resolves true after a change, false when aborted. */
  async next(): Promise<boolean> {
    if (!this.#pending && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pending = false;
    return !this.#signal.aborted;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#poke);
    this.#watcher.close();
  }
}
