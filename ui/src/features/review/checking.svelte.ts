import { commands, type ChallengeRecord, type ShownPayment } from "../../bindings";
import { hexOf } from "../../lib/format";
import type { Failure } from "../../lib/transport";

/** A payment that we have somebody show us. */
export class Checking {
  asked = $state.raw<ChallengeRecord | null>(null);
  file = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  shown = $state.raw<ShownPayment | null>(null);

  /** A fresh challenge, which the core remembers. */
  async ask(): Promise<void> {
    await this.#run(async () => {
      const answer = await commands.reviewChallenge({});
      this.failure = answer.ok ? null : answer.error;
      if (answer.ok) this.asked = answer.value;
    });
  }

  /** Takes the bytes of a file as text. */
  async take(file: Blob): Promise<void> {
    this.file = hexOf(new Uint8Array(await file.arrayBuffer()));
  }

  async check(): Promise<void> {
    await this.#run(async () => {
      const answer = await commands.reviewCheck({ file: this.file.trim() });
      this.failure = answer.ok ? null : answer.error;
      this.shown = answer.ok ? answer.value : null;
    });
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await work();
    this.busy = false;
  }
}

/** A contact that we ask in the chat to show us a payment. */
export class Wanting {
  which = $state("");
  purpose = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  constructor(private readonly contact: string) {}

  get ready(): boolean {
    return this.which.trim() !== "" && this.purpose.trim() !== "";
  }

  /** True once it is saved; it goes out by itself. */
  async ask(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const wish = { to: this.contact, which: this.which.trim(), purpose: this.purpose.trim() };
    const answer = await commands.reviewChallenge(wish);
    this.failure = answer.ok ? null : answer.error;
    this.busy = false;
    return answer.ok;
  }
}
