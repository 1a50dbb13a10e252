import { commands, type Balance, type FaucetRecord, type HistoryEntry } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";

const PAGE = 50;

/** The account's money: what is proved, and what came and went. */
export class Wallet {
  balance = $state.raw<Balance | null>(null);
  entries = $state.raw<readonly HistoryEntry[]>([]);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  historyFailure = $state.raw<Failure | null>(null);
  gift = $state.raw<FaucetRecord | null>(null);
  giftFailure = $state.raw<Failure | null>(null);
  waitingForGift = $state(false);
  #limit = $state(PAGE);
  /** The newest first, as many as are shown. */
  readonly shown = $derived(this.entries.toReversed().slice(0, this.#limit));
  /** True while a devnet's gift may still be had; it comes once, and the history says so. */
  readonly mayTakeGift = $derived(
    this.waitingForGift ||
      this.gift !== null ||
      (this.loaded && this.entries.every(({ kind }) => kind !== "faucet")),
  );
  readonly hasEarlier = $derived(this.entries.length > this.#limit);
  readonly #balance = new Loader(() => this.#loadBalance());
  readonly #history = new Loader(() => this.#loadHistory());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    const stops = [this.#balance.watch(["money", "light"]), this.#history.watch(["money", "contacts"])];
    return () => stops.forEach((stop) => stop());
  }

  /** Shows one more page of the history. */
  earlier(): void {
    this.#limit += PAGE;
  }

  /** Asks a devnet for its gift; comes back once that is final. */
  async takeGift(): Promise<void> {
    if (this.waitingForGift) return;
    this.waitingForGift = true;
    const answer = await commands.faucet();
    this.waitingForGift = false;
    this.gift = answer.ok ? answer.value : null;
    this.giftFailure = answer.ok ? null : answer.error;
  }

  async #loadBalance(): Promise<void> {
    const answer = await commands.balance({});
    this.failure = worthShowing(answer);
    if (answer.ok) this.balance = answer.value;
  }

  async #loadHistory(): Promise<void> {
    const answer = await commands.history({});
    this.historyFailure = worthShowing(answer);
    if (!answer.ok) return;
    this.entries = answer.value.entries;
    this.loaded = true;
  }
}
