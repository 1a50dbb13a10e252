import { commands, type FindingRecord } from "../../bindings";
import type { Failure } from "../../lib/transport";

/** The connection doctor: examines when asked, and keeps what it found until then. */
export class Doctor {
  findings = $state.raw<FindingRecord[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);

  /** How many findings are not well; null before the first examination. */
  get unwell(): number | null {
    return this.findings && this.findings.filter((one) => one.health !== "good").length;
  }

  async examine(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.doctor();
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.findings = answer.value.findings;
  }
}
