import { commands, type SafetyRecord } from "../../bindings";
import type { Failure } from "../../lib/transport";

const GROUP = /\d{1,5}/g;

/** The safety number with one contact, and whether what the contact's app shows fits it. */
export class Safety {
  shown = $state.raw<SafetyRecord | null>(null);
  failure = $state.raw<Failure | null>(null);
  verdict = $state<"match" | "different" | null>(null);
  refusal = $state.raw<Failure | null>(null);
  busy = $state(false);
  readonly groups: readonly string[] = $derived(this.shown?.digits.match(GROUP) ?? []);
  compared = $state(false);
  #theirs = $state("");

  constructor(readonly contact: string, compared = false) {
    this.compared = compared;
  }

  /** What the contact's app shows, as pasted. */
  get theirs(): string {
    return this.#theirs;
  }

  /** A verdict is about the text that was compared, and about no other. */
  set theirs(text: string) {
    if (text === this.#theirs) return;
    this.#theirs = text;
    this.verdict = null;
    this.refusal = null;
  }

  /** Asks the core for the number. */
  async load(): Promise<void> {
    this.failure = null;
    const answer = await commands.contactSafety({ contact: this.contact });
    if (answer.ok) this.shown = answer.value;
    else this.failure = answer.error;
  }

  /** Lets the core compare. */
  async compare(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const payload = this.#theirs;
    const answer = await commands.contactCompare({ contact: this.contact, payload });
    this.busy = false;
    if (payload !== this.#theirs) return; // About a text that is not there any more.
    this.refusal = answer.ok ? null : answer.error;
    this.verdict = answer.ok ? (answer.value.match ? "match" : "different") : null;
    if (this.verdict === "match") this.compared = true;
  }

  /** Notes that the digits were compared by eye, or takes that back. */
  async mark(compared: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.contactMark({ contact: this.contact, compared });
    this.busy = false;
    this.refusal = answer.ok ? null : answer.error;
    if (answer.ok) this.compared = answer.value.contact.verified;
  }
}
