import { commands, type ContactRecord, type QuoteRecord } from "../../bindings";
import { typedAmount } from "../../lib/format";
import { NO_ANSWER, type Failure } from "../../lib/transport";

/** How a red envelope is divided. */
export type Split = "equal" | "lucky";

/** One red envelope, from the wish until the core has signed and saved it. */
export class Giving {
  amount = $state("");
  shares = $state("1");
  split = $state<Split>("equal");
  text = $state("");
  /** True if the account is to give, which everybody sees. */
  public = $state(false);
  /** What has to go before it out of the private pool, once that is known and to be agreed to. */
  quote = $state.raw<QuoteRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** True once it was asked for and may have happened: it must not be asked for again. */
  over = $state(false);

  constructor(readonly contact: ContactRecord) {}

  /** True while something is missing. */
  get incomplete(): boolean {
    return this.amount.trim() === "" || !/^\d+$/.test(typedAmount(this.shares));
  }

  /** What was said does not hold for what is typed now. */
  changed(): void {
    this.quote = null;
  }

  /**
   * Signs and saves it; true once that is done. What has to go before is shown first, and agreed to by asking again.
   * It is made once, however often this is asked.
   */
  async give(): Promise<boolean> {
    if (this.busy || this.over || this.incomplete) return false;
    this.busy = true;
    const told = this.public || this.quote !== null || (await this.#nothingFirst());
    const done = told && (await this.#create());
    this.busy = false;
    return done;
  }

  get #wish() {
    const shares = Number(typedAmount(this.shares));
    return { to: this.contact.id, amount: typedAmount(this.amount), shares };
  }

  /** True if nothing has to go before. */
  async #nothingFirst(): Promise<boolean> {
    const answer = await commands.envelopeQuote(this.#wish);
    this.failure = answer.ok ? null : answer.error;
    if (!answer.ok) return false;
    const { top_up, carry_over, merges } = answer.value;
    if (top_up === null && carry_over === null && merges === 0) return true;
    this.quote = answer.value;
    return false;
  }

  async #create(): Promise<boolean> {
    const text = this.text.trim();
    // A proof is made while the person does something else.
    const way = this.public ? { public: true } : { background: true, top_up: this.quote?.top_up ?? "0" };
    const answer = await commands.envelopeCreate({
      ...this.#wish,
      lucky: this.split === "lucky",
      ...way,
      ...(text && { text }),
    });
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    if (!answer.ok) this.quote = null;
    return answer.ok;
  }
}
