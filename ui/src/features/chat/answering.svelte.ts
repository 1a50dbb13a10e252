import { commands, type RequestRecord, type ShowingRecord } from "../../bindings";
import { NO_ANSWER, type Failure } from "../../lib/transport";

/** One request of payment that is declined or withdrawn, from the tap until the core has saved it. */
export class Answering {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** Declines it, or withdraws our own. */
  async close(id: RequestRecord["id"]): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.requestDecline({ id });
    // What the core may have done is shown by the core.
    const unknown = !answer.ok && answer.error.code === NO_ANSWER;
    this.busy = false;
    this.failure = answer.ok || unknown ? null : answer.error;
  }
}

/** One challenge to show a payment that is declined or withdrawn. */
export class Declining {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** Declines it, or withdraws our own. */
  async close(id: ShowingRecord["id"]): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.reviewDecline({ id });
    const unknown = !answer.ok && answer.error.code === NO_ANSWER;
    this.busy = false;
    this.failure = answer.ok || unknown ? null : answer.error;
  }
}
