import { commands, type MoveOutlook, type MoveRecord, type TransferRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { NO_ANSWER, worthShowing, type Failure, type Result } from "../../lib/transport";

/** The two ways to Falcon. */
export type Way = "migrate" | "sweep";

/** How far a move is, as a person sees it. */
export type Progress = "preparing" | "proving" | "submitted" | "final" | "failed";

/** Moving the account, or its money, to a Falcon key. */
export class Moves {
  outlook = $state.raw<MoveOutlook | null>(null);
  /** Why nothing is known. */
  failure = $state.raw<Failure | null>(null);
  /** Why the last wish was refused. */
  refusal = $state.raw<Failure | null>(null);
  /** Where a sweep goes, as typed. */
  address = $state("");
  /** Whether what lies in the private pool goes along, as ticked. */
  ticked = $state(false);
  /** True once the address was typed and the person is asked whether it is right. */
  asking = $state(false);
  /** Which way is being prepared. */
  busy = $state.raw<Way | null>(null);
  /** Nobody knows whether it was done: it must not be asked for again. */
  over = $state(false);
  /** The sweep that was begun here; an earlier one is history. */
  #swept = $state.raw<string | null>(null);
  /** The same of the private pool. */
  #pooled = $state.raw<string | null>(null);
  readonly #outlook = new Loader(() => this.#load());

  readonly moved = $derived(this.outlook?.stage === "falcon");
  readonly migration = $derived(this.moved ? null : progress(this.busy === "migrate", this.outlook?.migrate));
  readonly sweep = $derived.by(() => {
    const record = this.outlook?.sweep;
    const own = record && (record.tx === this.#swept || record.state === "queued" || record.state === "submitted");
    return progress(this.busy === "sweep", own ? record : null);
  });
  /** What goes out of the private pool. */
  readonly pool = $derived(outOfPool(this.outlook?.pool, this.#pooled));
  /** True while something is under way that another move would get in the way of. */
  readonly held = $derived(
    [this.migration, this.sweep, this.pool].some((one) => one === "preparing" || one === "proving" || one === "submitted"),
  );
  /** What lies in the private pool and is free. */
  readonly inPool = $derived(this.outlook?.private ?? "0");
  readonly poolHolds = $derived(this.inPool !== "0");
  readonly withPool = $derived(this.ticked && this.poolHolds);

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    void this.#look();
    return this.#outlook.watch(["money"]);
  }

  /** Moves the account in place; the private pool pays to its Falcon address. Asked again, it is the same move. */
  async migrate(): Promise<void> {
    const own = this.withPool ? this.outlook?.to : undefined;
    await this.#go("migrate", () => (own === undefined ? commands.migrate({}) : this.#sendAll(own)));
  }

  /** The address was typed: asks whether it is right. */
  ask(): void {
    this.refusal = null;
    this.asking = this.address.trim() !== "";
  }

  /** Back to the address. */
  change(): void {
    this.asking = false;
    this.refusal = null;
  }

  /** Pays everything to the address that was typed. */
  async sweepAll(): Promise<void> {
    if (!this.asking) return;
    await this.#go("sweep", () => this.#sendAll(this.address.trim()));
    this.asking = false;
  }

  #sendAll(address: string): Promise<Result<MoveRecord>> {
    return commands.sendAllToFalcon(this.withPool ? { address, with_private: true, background: true } : { address });
  }

  async #go(way: Way, call: () => Promise<Result<MoveRecord>>): Promise<void> {
    if (this.busy || this.over) return;
    this.busy = way;
    const answer = await call();
    if (answer.ok && way === "sweep") this.#swept = answer.value.tx;
    if (answer.ok && answer.value.pool) {
      this.#pooled = answer.value.pool.id;
      this.ticked = false;
    }
    this.refusal = answer.ok ? null : answer.error;
    this.over = !answer.ok && answer.error.code === NO_ANSWER;
    await this.#load();
    this.busy = null;
  }

  /** Has the network asked for what lies at the Falcon address; what is saved is shown meanwhile. */
  async #look(): Promise<void> {
    const answer = await commands.moveOutlook({ sync: true });
    if (answer.ok) await this.#load();
  }

  async #load(): Promise<void> {
    const answer = await commands.moveOutlook({});
    this.failure = worthShowing(answer);
    if (answer.ok) this.outlook = answer.value;
  }
}

function progress(preparing: boolean, record: MoveRecord | null | undefined): Progress | null {
  if (preparing) return "preparing";
  if (!record) return null;
  if (record.state === "expired") return "failed";
  return record.state === "final" ? "final" : "submitted";
}

/** How far the pool's part is: one that is under way, or was asked for here; an earlier one is history. */
function outOfPool(record: TransferRecord | null | undefined, here: string | null): Progress | null {
  if (!record || record.state === "cancelled") return null;
  if (record.state === "queued") return "proving";
  if (record.state === "submitted") return "submitted";
  if (record.id !== here) return null;
  return record.state === "final" ? "final" : "failed";
}
