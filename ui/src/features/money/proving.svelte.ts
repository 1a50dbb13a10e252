import { commands, type GivenRecord } from "../../bindings";
import type { Failure } from "../../lib/transport";

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
    });
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.made = answer.value;
    this.busy = false;
  }
}
