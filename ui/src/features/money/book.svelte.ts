import { commands, type NamedAddress } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";

/** The address book. */
export class Book {
  addresses = $state.raw<readonly NamedAddress[]>([]);
  address = $state("");
  name = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["money"]);
  }

  /** Names the address that was typed. */
  async add(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.addressAdd({ address: this.address.trim(), name: this.name.trim() });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    if (!answer.ok) return;
    this.address = "";
    this.name = "";
    await this.#loader.load();
  }

  /** Strikes an address out. */
  async remove(address: string): Promise<void> {
    const answer = await commands.addressRemove({ text: address });
    this.failure = answer.ok ? null : answer.error;
    await this.#loader.load();
  }

  async #load(): Promise<void> {
    const answer = await commands.addressList();
    const failure = worthShowing(answer);
    if (failure) this.failure = failure;
    if (answer.ok) this.addresses = answer.value.addresses;
  }
}
