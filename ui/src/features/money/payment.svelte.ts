import { commands, type ContactRecord, type QuoteRecord } from "../../bindings";
import { typedAmount } from "../../lib/format";
import { NO_ANSWER, type Failure } from "../../lib/transport";

/** Who is paid: a contact, or whoever owns an address that is typed in. */
export type Payee = ContactRecord | "address";

/** One payment, from the wish over the quote to the signed transaction. */
export class Payment {
  address = $state("");
  amount = $state("");
  memo = $state("");
  quote = $state.raw<QuoteRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** True once it was asked for and may have happened: it must not be asked for again. */
  over = $state(false);

  constructor(readonly payee: Payee) {}

  /** Asks what it would cost; nothing is signed yet. */
  async next(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const to = this.payee === "address" ? this.address.trim() : this.payee.id;
    const answer = await commands.payQuote({ to, amount: typedAmount(this.amount) });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.quote = answer.ok ? answer.value : null;
  }

  /** Back to the form, with all that was typed. */
  change(): void {
    this.quote = null;
    this.failure = null;
  }

  /** Signs and saves what the quote says; true once that is done. It is paid once, however often this is asked. */
  async confirm(): Promise<boolean> {
    const { quote } = this;
    if (!quote || this.busy || this.over) return false;
    this.busy = true;
    const answer = await this.#pay(quote);
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    return answer.ok;
  }

  #pay({ amount, address }: QuoteRecord) {
    if (this.payee === "address") return commands.sendToAddress({ address, amount });
    const memo = this.memo.trim();
    return commands.pay({ to: this.payee.id, amount, ...(memo && { memo }) });
  }
}
