import { commands, type Status } from "../../bindings";
import { Loader } from "../../lib/loader";
import { reviewsOnly } from "../../lib/rights.svelte";
import { worthShowing, type Failure, type Result } from "../../lib/transport";

/** The profile behind the window: whether it is open, whose it is, and the ways to open it. */
export class Profile {
  status = $state.raw<Status | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["profile", "connection"]);
  }

  /**
   * Makes an account, perhaps one that only looks at others; without a passphrase the core decides
   * what guards the profile.
   */
  create(name: string, passphrase: string, reviewOnly = false): Promise<boolean> {
    const kind = reviewOnly ? { review_only: true } : {};
    return this.#change(() => commands.accountNew({ ...wishes(name, passphrase), ...kind }));
  }

  /** Brings an account back from its words. */
  restore(words: string, name: string, passphrase: string): Promise<boolean> {
    // Numbers, commas and blanks of any kind may stand between them.
    const tidy = (words.normalize("NFKC").toLowerCase().match(/\p{L}+/gu) ?? []).join(" ");
    return this.#change(() => commands.accountRestore({ words: tidy, ...wishes(name, passphrase) }));
  }

  /** Opens the profile; with its passphrase if it is locked. */
  open(passphrase?: string): Promise<boolean> {
    return this.#change(() => commands.profileOpen(passphrase ? { passphrase } : {}));
  }

  /** Leaves the last failure behind, when another form is shown. */
  forgetFailure(): void {
    this.failure = null;
  }

  async #change(command: () => Promise<Result<unknown>>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const done = await command();
    await this.#loader.load();
    this.failure = done.ok ? null : done.error;
    this.busy = false;
    return done.ok;
  }

  async #load(): Promise<void> {
    const status = await commands.status();
    // While the core is away, what was last known stays on the screen.
    if (status.ok) {
      reviewsOnly(status.value.account?.review_only ?? false);
      this.status = status.value;
    } else {
      this.failure = worthShowing(status);
    }
  }
}

function wishes(name: string, passphrase: string): { name?: string; passphrase?: string } {
  const trimmed = name.trim();
  return { ...(trimmed && { name: trimmed }), ...(passphrase && { passphrase }) };
}
