import { commands, type LightRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";

/** What the light node inside the app has checked by itself. */
export class Light {
  record = $state.raw<LightRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["light", "connection", "money"]);
  }

  async #load(): Promise<void> {
    const answer = await commands.light();
    this.failure = worthShowing(answer);
    if (answer.ok) this.record = answer.value;
  }
}
