import {
  commands,
  type GivenRecord,
  type GrantPreview,
  type GrantRecord,
  type GrantStrength,
  type Reviewed,
  type ReviewerRecord,
  type SavedFile,
  type ShowingRecord,
} from "../../bindings";
import { hexOf } from "../../lib/format";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure, type Result } from "../../lib/transport";

/** All grants, those that we have given and those that we have received. */
export class Grants {
  given = $state.raw<readonly GrantRecord[]>([]);
  received = $state.raw<readonly GrantRecord[]>([]);
  asked = $state.raw<readonly ShowingRecord[]>([]);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** Why a grant could not be stopped. */
  refusal = $state.raw<Failure | null>(null);
  /** The grant that is being stopped. */
  stopping = $state.raw<string | null>(null);
  readonly #loader = new Loader(() => this.#load());

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["review", "contacts", "chat"]);
  }

  /** Stops a grant: nothing new is seen with it. */
  async stop(serial: string): Promise<void> {
    if (this.stopping) return;
    this.stopping = serial;
    const answer = await commands.reviewStop({ serial });
    this.refusal = answer.ok ? null : answer.error;
    await this.#loader.load();
    this.stopping = null;
  }

  async #load(): Promise<void> {
    const answer = await commands.reviewList({});
    this.failure = worthShowing(answer);
    if (!answer.ok) return;
    this.given = answer.value.given;
    this.received = answer.value.received;
    this.asked = answer.value.asked;
    this.loaded = true;
  }
}

/** One grant that is about to be given. */
export class Granting {
  to = $state("");
  strength = $state<GrantStrength>("period");
  from = $state("");
  until = $state("");
  purpose = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** What would be seen: shown before anything is signed. */
  preview = $state.raw<GrantPreview | null>(null);
  done = $state.raw<GivenRecord | null>(null);

  /** Begins with the present month. */
  constructor(month: string) {
    this.from = month;
  }

  /** Asks what would be given, and what to compare first. */
  async look(): Promise<void> {
    await this.#run(async () => {
      const answer = await commands.reviewPreview(this.#wish());
      this.failure = answer.ok ? null : answer.error;
      this.preview = answer.ok ? answer.value : null;
    });
  }

  /** Back to what was typed. */
  change(): void {
    this.preview = null;
    this.failure = null;
  }

  /** Signs and sends it. */
  async give(): Promise<void> {
    if (!this.preview) return;
    await this.#run(async () => {
      const answer = await commands.reviewGrant({ ...this.#wish(), purpose: this.purpose.trim() });
      this.failure = answer.ok ? null : answer.error;
      if (answer.ok) this.done = answer.value;
    });
  }

  /** Has the sealed key written into a file. */
  save(): Promise<Result<SavedFile>> {
    return commands.fileSave({ kind: "review_key", text: this.done?.card ?? "" });
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.busy || this.done) return;
    this.busy = true;
    await work();
    this.busy = false;
  }

  #wish() {
    const full = this.strength === "full";
    const standing = this.strength === "standing";
    const until = this.until.trim();
    return {
      to: this.to,
      strength: this.strength,
      months: full ? null : standing ? `${this.from.trim()}..` : this.from.trim(),
      until: standing && until !== "" ? until : null,
    };
  }
}

/** What others seal review keys to. */
export class MyCard {
  card = $state.raw<ReviewerRecord | null>(null);
  failure = $state.raw<Failure | null>(null);

  async load(): Promise<void> {
    const answer = await commands.reviewCard();
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.card = answer.value;
  }

  /** Has it written into a file. */
  save(): Promise<Result<SavedFile>> {
    return commands.fileSave({ kind: "reviewer_card", text: this.card?.card ?? "" });
  }
}

/** A sealed review key that is about to be opened. */
export class Sealed {
  text = $state("");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  opened = $state.raw<GrantRecord | null>(null);

  /** Takes the bytes of a file as text. */
  async take(file: Blob): Promise<void> {
    this.text = hexOf(new Uint8Array(await file.arrayBuffer()));
  }

  async open(): Promise<void> {
    if (this.busy || this.text.trim() === "") return;
    this.busy = true;
    const answer = await commands.reviewImport({ card: this.text.trim() });
    this.failure = answer.ok ? null : answer.error;
    this.opened = answer.ok ? answer.value.grant : null;
    this.busy = false;
  }
}

/** An account that somebody lets us see. */
export class Look {
  shown = $state.raw<Reviewed | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #loader = new Loader(() => this.#load());

  constructor(private readonly whose: string) {}

  /** Loads now and with each block; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["light", "review"]);
  }

  async #load(): Promise<void> {
    const answer = await commands.reviewShow({ whose: this.whose, sync: true });
    this.failure = worthShowing(answer);
    if (answer.ok) this.shown = answer.value;
  }
}
