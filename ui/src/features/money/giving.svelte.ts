import { commands, type ContactRecord } from "../../bindings";
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
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** True once it was asked for and may have happened: it must not be asked for again. */
  over = $state(false);

  constructor(readonly contact: ContactRecord) {}

  /** True while something is missing. */
  get incomplete(): boolean {
    return this.amount.trim() === "" || !/^\d+$/.test(typedAmount(this.shares));
  }

  /** Signs and saves it; true once that is done. It is made once, however often this is asked. */
  async give(): Promise<boolean> {
    if (this.busy || this.over || this.incomplete) return false;
    this.busy = true;
    const text = this.text.trim();
    const answer = await commands.envelopeCreate({
      to: this.contact.id,
      amount: typedAmount(this.amount),
      shares: Number(typedAmount(this.shares)),
      lucky: this.split === "lucky",
      ...(text && { text }),
    });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    return answer.ok;
  }
}
