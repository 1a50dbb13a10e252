import { commands, type ContactRecord, type LinkRecord } from "../../bindings";
import { typedAmount } from "../../lib/format";
import { NO_ANSWER, type Failure, type Result } from "../../lib/transport";

/** One request, from the wish until the core has saved it; made once, however often it is asked for. */
export class Asking {
  amount = $state("");
  memo = $state("");
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** True once it was asked for and may have happened: it must not be asked for again. */
  over = $state(false);

  constructor(readonly contact: ContactRecord | null) {}

  /** True while something is missing. */
  get incomplete(): boolean {
    return this.amount.trim() === "";
  }

  /** Asks; true once that is saved. */
  async ask(): Promise<boolean> {
    if (this.busy || this.over || this.incomplete) return false;
    this.busy = true;
    const answer = await this.asked(typedAmount(this.amount), this.memo.trim());
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    return answer.ok;
  }

  protected asked(amount: string, memo: string): Promise<Result<unknown>> {
    return commands.requestCreate({ to: this.contact?.id ?? "", amount, ...(memo && { memo }) });
  }
}

/** A bill that is split among contacts. */
export class Splitting extends Asking {
  contacts = $state.raw<readonly ContactRecord[] | null>(null);
  chosen = $state<readonly string[]>([]);
  withMe = $state(true);

  constructor() {
    super(null);
  }

  override get incomplete(): boolean {
    return super.incomplete || this.chosen.length === 0;
  }

  /** Whom one could ask. */
  async load(): Promise<void> {
    const answer = await commands.contactList({});
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.contacts = answer.value.contacts.filter(({ standing }) => standing === "accepted");
  }

  /** Puts a contact among those who pay a share, or takes it away. */
  toggle(id: string): void {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
  }

  protected override asked(amount: string, memo: string): Promise<Result<unknown>> {
    const contacts = [...this.chosen];
    return commands.requestSplit({ amount, contacts, with_me: this.withMe, ...(memo && { memo }) });
  }
}

/** The link by which we are paid. */
export class Receiving {
  amount = $state("");
  memo = $state("");
  /** True if the link is to name an address in the private pool, for it alone. */
  hidden = $state(false);
  link = $state.raw<LinkRecord | null>(null);
  failure = $state.raw<Failure | null>(null);

  /** Makes the link for what is typed now. */
  async make(): Promise<void> {
    const [amount, memo] = [typedAmount(this.amount), this.memo.trim()];
    const way = this.hidden && { private: true };
    const answer = await commands.linkCreate({ ...(amount && { amount }), ...(memo && { memo }), ...way });
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.link = answer.value;
  }
}
