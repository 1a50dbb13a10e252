import { commands, type Explorer } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";

/** The ledger and the network as the app's own light node has seen them. */
export class Exploration {
  record = $state.raw<Explorer | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and with each header, which keeps the node following them; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["light", "connection"]);
  }

  async #load(): Promise<void> {
    const answer = await commands.explorer({});
    this.failure = worthShowing(answer);
    if (answer.ok) this.record = answer.value;
  }
}
