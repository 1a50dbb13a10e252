import { commands, type Envelope } from "../../bindings";
import { NO_ANSWER, type Failure } from "../../lib/transport";

/** Our share of one red envelope, from the tap until the core has signed and saved the claim. */
export class Share {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** True if it is to go to the account, where people see it, and not into the private balance. */
  toAccount = $state(false);

  /** Claims it, once however often this is asked; what it brings shows up in the envelope. */
  async open(id: Envelope["id"], toAccount = this.toAccount): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.envelopeClaim(toAccount ? { id, public: true } : { id });
    // A claim that the core may have made is shown by the core.
    const unknown = !answer.ok && answer.error.code === NO_ANSWER;
    this.busy = false;
    this.failure = answer.ok || unknown ? null : answer.error;
  }
}
