// The transport of the desktop window: Tauri's commands and its event `bcm`.

import { invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { Listeners } from "./listeners";
import { failureFrom, type CoreEvent, type Reach, type Result, type Transport } from "./transport";

/** True in the desktop window. */
export { isTauri };

/** Talks to the core that lives in the window's own process. */
export class TauriTransport implements Transport {
  readonly #events = new Listeners<CoreEvent>();

  constructor() {
    // What happened before the listener stood is asked for again.
    void listen<CoreEvent>("bcm", ({ payload }) => this.#events.tell(payload)).then(() =>
      this.#events.tell({ topic: "all", id: null }),
    );
  }

  async call(name: string, params: object): Promise<Result<unknown>> {
    try {
      return { ok: true, value: await invoke(name, { ...params }) };
    } catch (thrown) {
      return failureFrom(thrown);
    }
  }

  onEvent(listener: (event: CoreEvent) => void): () => void {
    return this.#events.add(listener);
  }

  onReach(listener: (reach: Reach) => void): () => void {
    listener("there");
    return () => {};
  }
}
