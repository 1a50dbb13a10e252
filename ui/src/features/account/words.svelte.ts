import { commands, type NumberedWord } from "../../bindings";
import type { Failure } from "../../lib/transport";

const ASKED = 3;
const ALL = 24;

/** Showing the 24 words and asking for three of them. The words are forgotten when it is closed. */
export class Words {
  step = $state<"closed" | "shown" | "check">("closed");
  words = $state.raw<readonly string[]>([]);
  asked = $state<NumberedWord[]>([]);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);

  /** Asks the core for the words and shows them. */
  async show(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await commands.accountWords();
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    if (!answer.ok) return;
    this.words = answer.value.words;
    this.step = "shown";
  }

  /** Hides the words and asks for three of them. */
  check(): void {
    this.asked = numbers().map((number) => ({ number, word: "" }));
    this.failure = null;
    this.step = "check";
  }

  /** Goes back to the words. */
  again(): void {
    this.failure = null;
    this.step = "shown";
  }

  /** Lets the core compare; closes if they are right. */
  async confirm(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const words = this.asked.map(({ number, word }) => ({ number, word: word.trim().toLowerCase() }));
    const answer = await commands.accountConfirmWords({ words });
    this.busy = false;
    if (answer.ok) this.close();
    else this.failure = answer.error;
  }

  /** Closes, and forgets the words. */
  close(): void {
    this.step = "closed";
    this.words = [];
    this.asked = [];
    this.failure = null;
  }
}

/** Three different numbers of words, in order. */
function numbers(): number[] {
  const chosen = new Set<number>();
  while (chosen.size < ASKED) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    chosen.add((random % ALL) + 1);
  }
  return [...chosen].sort((a, b) => a - b);
}
