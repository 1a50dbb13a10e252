import { commands, type MessageRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";
import { isMine, timeline } from "./timeline";

const PAGE = 50;

/** One open conversation: what the screen shows and what the person can do. */
export class Conversation {
  messages = $state.raw<readonly MessageRecord[]>([]);
  loaded = $state(false);
  hasEarlier = $state(false);
  failure = $state.raw<Failure | null>(null);
  loadFailure = $state.raw<Failure | null>(null);
  readonly days = $derived(timeline(this.messages));
  #limit = PAGE;
  #seen: string | null = null;
  readonly #loader = new Loader(() => this.#load());

  constructor(
    readonly contact: string,
    /** Whether a person can see the window at this moment. */
    private readonly visible: () => boolean,
  ) {}

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["chat", "money", "contacts"]);
  }

  /** True once the core has saved the message; how far it gets shows up in `messages`. */
  async send(text: string): Promise<boolean> {
    const sent = await commands.chatSend({ contact: this.contact, text });
    return this.#took(sent.ok ? null : sent.error);
  }

  /** Sends a message that has failed once more. */
  async retry(message: string): Promise<boolean> {
    const sent = await commands.chatRetry({ contact: this.contact, message });
    return this.#took(sent.ok ? null : sent.error);
  }

  /** Shows one more page of what came before. */
  earlier(): Promise<void> {
    this.#limit += PAGE;
    return this.#loader.load();
  }

  /** Tells the core that the newest message that is shown has been looked at, once for each. */
  async look(): Promise<void> {
    const newest = this.messages.findLast((message) => !isMine(message));
    if (!newest || newest.id === this.#seen || !this.visible()) return;
    this.#seen = newest.id;
    const told = await commands.chatSeen({ contact: this.contact, up_to: newest.id });
    if (!told.ok) this.#seen = null;
  }

  async #took(failure: Failure | null): Promise<boolean> {
    this.failure = failure;
    if (!failure) await this.#loader.load();
    return failure === null;
  }

  async #load(): Promise<void> {
    const limit = this.#limit;
    // One more than is shown tells whether there is anything before.
    const page = await commands.chatMessages({ contact: this.contact, last: limit + 1 });
    this.loadFailure = worthShowing(page);
    if (!page.ok) return;
    const { messages } = page.value;
    this.hasEarlier = messages.length > limit;
    this.messages = this.hasEarlier ? messages.slice(-limit) : messages;
    this.loaded = true;
    void this.look();
  }
}
