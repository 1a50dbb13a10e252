import { commands, type ContactRecord, type QuoteRecord, type RequestRecord, type SeenRecord } from "../../bindings";
import { typedAmount } from "../../lib/format";
import { NO_ANSWER, type Failure, type Result } from "../../lib/transport";
import { Commitment } from "./rotation.svelte";

/** Who is paid: a contact, or whoever owns an address that is typed in. */
export type Payee = ContactRecord | "address";

/** One payment, from the wish over the quote to the signed transaction. */
export class Payment {
  address = $state("");
  amount = $state("");
  memo = $state("");
  /** What is known of the address that was typed. */
  seen = $state.raw<SeenRecord | null>(null);
  /** True once the person has agreed to what is doubtful. */
  agreed = $state(false);
  /** What was typed may ask for a commitment to a move instead. */
  readonly commitment = new Commitment();
  quote = $state.raw<QuoteRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** True once it was asked for and may have happened: it must not be asked for again. */
  over = $state(false);

  /** Of a request, the sum is known; it is what is paid. */
  constructor(
    readonly payee: Payee,
    readonly request: RequestRecord | null = null,
  ) {
    this.amount = request?.amount ?? "";
  }

  /** True if the address is new, or looks like another one: the person is asked once. */
  get doubtful(): boolean {
    return this.seen !== null && (this.seen.first || this.seen.looks_like !== null);
  }

  /** True if a payment link says how much. */
  get asked(): boolean {
    return (this.seen?.link?.amount ?? null) !== null;
  }

  /** Looks at the address, the link or the name that was typed; a link fills in what it says. */
  async look(): Promise<boolean> {
    const text = this.address.trim();
    this.agreed = false;
    if (Commitment.isMeant(text)) {
      this.seen = null;
      await this.commitment.look(text);
      if (this.address.trim() === text) this.failure = this.commitment.failure;
      return false;
    }
    this.commitment.forget();
    if (text === "") {
      this.seen = null;
      return false;
    }
    const answer = await commands.addressLook({ text });
    if (this.address.trim() !== text) return false;
    this.failure = answer.ok ? null : answer.error;
    this.seen = answer.ok ? answer.value : null;
    if (!answer.ok) return false;
    const { link } = answer.value;
    if (link?.amount) this.amount = link.amount;
    if (link?.memo) this.memo = link.memo;
    return true;
  }

  /** Asks what it would cost; nothing is signed yet. */
  async next(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const known = this.payee !== "address" || (await this.look());
    if (known) await this.#quote();
    this.busy = false;
  }

  async #quote(): Promise<void> {
    const answer = await this.#quoted({});
    this.failure = answer.ok ? null : answer.error;
    this.quote = answer.ok ? answer.value : null;
  }

  /** Privately instead of publicly, or the other way; what stands there stays if that cannot be. */
  async otherWay(): Promise<void> {
    const { quote } = this;
    if (!quote?.choice || this.busy || this.over) return;
    this.busy = true;
    const answer = await this.#quoted(quote.private ? { public: true } : { private: true });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.quote = answer.value;
  }

  #quoted(way: { public?: true; private?: true }) {
    const to = this.payee === "address" ? (this.seen?.to ?? "") : this.payee.id;
    const request = this.request?.id;
    return commands.payQuote({ to, amount: typedAmount(this.amount), ...(request && { request }), ...way });
  }

  /** Back to the form, with all that was typed. */
  change(): void {
    this.quote = null;
    this.agreed = false;
    this.failure = null;
  }

  /** Signs and saves what the quote says; true once that is done. It is paid once, however often this is asked. */
  async confirm(): Promise<boolean> {
    const { quote } = this;
    if (!quote || this.busy || this.over || (this.doubtful && !this.agreed)) return false;
    this.busy = true;
    const answer = await this.#pay(quote);
    // What is to be agreed to stands there anew; nothing was paid.
    if (!answer.ok && answer.error.code === "top_up_needed") {
      const again = await this.#quoted({ private: true });
      if (again.ok) this.quote = again.value;
    }
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    return answer.ok;
  }

  #pay(quote: QuoteRecord): Promise<Result<unknown>> {
    const { amount, address } = quote;
    const memo = this.memo.trim();
    // In the way that is shown, and in no other. A proof is made while the person does something else.
    const way = quote.private ? { private: true, background: true, top_up: quote.top_up ?? "0" } : { public: true };
    if (this.request) return commands.requestPay({ id: this.request.id, ...way });
    if (this.payee === "address") {
      const sure = this.doubtful && this.agreed;
      return commands.pay({ to: address, amount, ...way, ...(memo && { memo }), ...(sure && { sure }) });
    }
    return commands.pay({ to: this.payee.id, amount, ...way, ...(memo && { memo }) });
  }
}
