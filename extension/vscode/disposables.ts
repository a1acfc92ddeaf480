/** Collects what must be let go together, in reverse order. */
export class Disposables {
  readonly #held: { dispose(): unknown }[] = [];

  /** Holds a disposable and hands it back. */
  add<T extends { dispose(): unknown }>(held: T): T {
    this.#held.push(held);
    return held;
  }

  dispose(): void {
    for (const held of this.#held.splice(0).reverse()) held.dispose();
  }
}
