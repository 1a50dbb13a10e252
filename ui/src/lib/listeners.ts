// A set of listeners, for the transports.

/** Those who want to hear something. */
export class Listeners<T> {
  readonly #all = new Set<(heard: T) => void>();

  /** Adds one; returns the way to stop. */
  add(listener: (heard: T) => void): () => void {
    // Wrapped, so that the same function added twice is heard twice and stopped singly.
    const entry = (heard: T) => listener(heard);
    this.#all.add(entry);
    return () => this.#all.delete(entry);
  }

  /** Tells all of them. */
  tell(heard: T): void {
    for (const listener of [...this.#all]) listener(heard);
  }
}
