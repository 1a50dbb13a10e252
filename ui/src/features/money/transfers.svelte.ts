import { commands, type TransferRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";

/** Private payments that are under way, wherever they go; and calling one off. */
export class Transfers {
  all = $state.raw<readonly TransferRecord[]>([]);
  failure = $state.raw<Failure | null>(null);
  /** The one that is being called off. */
  cancelling = $state<string | null>(null);
  readonly open = $derived(this.all.filter(({ state }) => state === "queued" || state === "submitted"));
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["money", "contacts"]);
  }

  /** Calls one off; it may be too late. */
  async cancel(id: TransferRecord["id"]): Promise<void> {
    if (this.cancelling !== null) return;
    this.cancelling = id;
    const answer = await commands.transferCancel({ id });
    this.cancelling = null;
    this.failure = answer.ok ? null : answer.error;
    await this.#loader.load();
  }

  async #load(): Promise<void> {
    const answer = await commands.transferList({});
    const failure = worthShowing(answer);
    if (failure) this.failure = failure;
    if (answer.ok) this.all = answer.value.transfers;
  }
}
