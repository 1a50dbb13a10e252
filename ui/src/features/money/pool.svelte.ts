import { commands, type PoolRecord, type PrivateAddressRecord } from "../../bindings";
import { typedAmount } from "../../lib/format";
import { Loader } from "../../lib/loader";
import { NO_ANSWER, worthShowing, type Failure } from "../../lib/transport";

/** The private pool as its owner uses it: money put in, an address to be paid at, what is too small to move. */
export class Pool {
  amount = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  record = $state.raw<PoolRecord | null>(null);
  address = $state.raw<PrivateAddressRecord | null>(null);
  addressFailure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#show());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["money"]);
  }

  /** Puts what is typed into the pool; comes back once that is begun. */
  async putIn(): Promise<void> {
    const amount = typedAmount(this.amount);
    if (this.busy || amount === "") return;
    this.busy = true;
    const answer = await commands.topUpLater({ amount });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.record = answer.value;
    // Nobody knows whether it was begun: not to be asked for twice.
    if (answer.ok || answer.error.code === NO_ANSWER) this.amount = "";
  }

  /** Makes the address. */
  async load(): Promise<void> {
    const answer = await commands.privateAddress({});
    this.addressFailure = answer.ok ? null : answer.error;
    if (answer.ok) this.address = answer.value;
  }

  async #show(): Promise<void> {
    const answer = await commands.poolShow({});
    const failure = worthShowing(answer);
    if (failure) this.failure = failure;
    if (answer.ok) this.record = answer.value;
  }
}
