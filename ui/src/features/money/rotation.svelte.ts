import { commands, type CommitmentQuote, type CommitmentRecord, type RotationRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { NO_ANSWER, worthShowing, type Failure } from "../../lib/transport";

/** Between two looks at how far it is. */
const LOOK_MS = 5_000;

/** Our own way to Falcon once ECDSA is switched off: what somebody else has to commit to, and how far that is. */
export class Rotation {
  record = $state.raw<RotationRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  /** True while, or because, the account cannot move like any other. */
  readonly blocks = $derived(["needed", "waits", "key_shown"].includes(this.record?.stage ?? ""));
  /** How many rounds are left, while it waits for them. */
  readonly left = $derived(Math.max(0, (this.record?.ready ?? 0) - (this.record?.round ?? 0) - 1));

  /** Looks now and again until the account can move; returns the way to stop. */
  watch(): () => void {
    void this.#loader.load();
    const clock = setInterval(() => {
      if (this.record === null || this.record.stage === "needed" || this.record.stage === "waits") void this.#loader.load();
    }, LOOK_MS);
    return () => clearInterval(clock);
  }

  async #load(): Promise<void> {
    const answer = await commands.rotationShow();
    this.failure = worthShowing(answer);
    if (answer.ok) this.record = answer.value;
  }
}

/** Paying for the commitment to somebody else's move. */
export class Commitment {
  quote = $state.raw<CommitmentQuote | null>(null);
  done = $state.raw<CommitmentRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** Nobody knows whether it was paid: it must not be asked for again. */
  over = $state(false);
  #text = "";

  /** True for a text that asks for one, whether it is a good one or not. */
  static isMeant(text: string): boolean {
    return /^\s*bcm:rotate\?/iu.test(text);
  }

  /** Asks what it would cost; nothing is signed. */
  async look(text: string): Promise<void> {
    // Leaving the field asks once more, and a click on what is offered there must still find it.
    if (text === this.#text && this.quote !== null) return;
    this.forget();
    this.#text = text;
    const answer = await commands.rotationQuote({ text });
    if (this.#text !== text) return; // Another text stands there by now.
    this.failure = answer.ok ? null : answer.error;
    this.quote = answer.ok ? answer.value : null;
  }

  /** Another text stands there, which asks for none. */
  forget(): void {
    this.#text = "";
    this.quote = null;
    this.done = null;
    this.failure = null;
    this.over = false;
  }

  /** Pays. Asked twice, it is paid once. */
  async confirm(): Promise<void> {
    if (this.busy || this.over || !this.quote?.enough || this.quote.committed) return;
    this.busy = true;
    const answer = await commands.rotationCommit({ text: this.#text });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    this.over = answer.ok || answer.error.code === NO_ANSWER;
    if (answer.ok) this.done = answer.value;
  }
}
