// The one rule for reloading: ask again when a topic changes, and never let a late answer
// overwrite a newer one.

import type { Topic } from "../bindings";
import { onEvent } from "./transport";

/** Runs a load again and again, at most one at a time. */
export class Loader {
  #running: Promise<void> | null = null;
  #again = false;

  constructor(private readonly once: () => Promise<void>) {}

  /** Loads; while a load is under way, once more after it. Settles when what is shown is fresh. */
  load(): Promise<void> {
    if (this.#running) this.#again = true;
    else this.#running = this.#untilFresh();
    return this.#running;
  }

  /**
   * Loads now and whenever one of these topics changes; returns the way to stop. With an id, what
   * the core says of another one is passed over.
   */
  watch(topics: readonly Topic[], id: string | null = null): () => void {
    const stop = onEvent((event) => {
      const ours = event.id === null || id === null || event.id === id;
      if (event.topic === "all" || (ours && topics.includes(event.topic))) void this.load();
    });
    void this.load();
    return stop;
  }

  async #untilFresh(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.once();
      } while (this.#again);
    } finally {
      this.#running = null;
    }
  }
}
