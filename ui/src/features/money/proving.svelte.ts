import { commands, type GivenRecord, type HistoryEntry, type SavedFile, type ShowingRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure, type Result } from "../../lib/transport";

/** `A…` or `F…`: how much went there everybody sees already. */
const PUBLIC = /^[AF][1-9A-HJ-NP-Za-km-z]{29,}$/;

/** True for what only its two sides can show. */
export function isProvable(entry: HistoryEntry): boolean {
  const paid = entry.private && entry.kind === "pay" && entry.direction !== "self" && entry.state === "final";
  return paid && !PUBLIC.test(entry.counterparty ?? "");
}

/** One private payment of ours that somebody wants to see. */
export class Proving {
  to = $state("");
  challenge = $state("");
  purpose = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** The file as text, for its one reader. */
  made = $state.raw<GivenRecord | null>(null);

  constructor(private readonly tx: string) {}

  get ready(): boolean {
    return [this.to, this.challenge, this.purpose].every((typed) => typed.trim() !== "");
  }

  async make(): Promise<void> {
    if (this.busy || this.made) return;
    this.busy = true;
    const answer = await commands.reviewGrant({
      to: this.to.trim(),
      strength: "payment",
      tx: this.tx,
      challenge: this.challenge.trim(),
      purpose: this.purpose.trim(),
      file: true,
    });
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.made = answer.value;
    this.busy = false;
  }

  /** Has it written into a file. */
  save(): Promise<Result<SavedFile>> {
    return commands.fileSave({ kind: "payment", text: this.made?.card ?? "" });
  }
}

/** A payment that is chosen and shown to a contact who has asked over chat. */
export class Showing {
  payments = $state.raw<readonly HistoryEntry[]>([]);
  loaded = $state(false);
  chosen = $state.raw<HistoryEntry | null>(null);
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  constructor(
    private readonly contact: string,
    private readonly showing: ShowingRecord,
  ) {}

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["money"]);
  }

  choose(entry: HistoryEntry | null): void {
    this.chosen = entry;
    this.failure = null;
  }

  /** True once it is saved and on its way. */
  async show(): Promise<boolean> {
    if (this.busy || !this.chosen) return false;
    this.busy = true;
    const { challenge, purpose } = this.showing;
    const wish = { to: this.contact, strength: "payment", tx: this.chosen.tx, challenge, purpose };
    const answer = await commands.reviewGrant(wish);
    this.failure = answer.ok ? null : answer.error;
    this.busy = false;
    return answer.ok;
  }

  async #load(): Promise<void> {
    const answer = await commands.history({});
    if (!this.chosen) this.failure = worthShowing(answer);
    if (!answer.ok) return;
    this.payments = answer.value.entries.filter(isProvable).reverse();
    this.loaded = true;
  }
}
