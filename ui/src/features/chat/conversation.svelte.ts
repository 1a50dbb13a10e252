import { commands, type MessageRecord, type TransferRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";
import { isMine, keyOf, timeline, withTransfers } from "./timeline";

const PAGE = 50;
/** So many unread ones are shown at once at most, however many there are. */
const MOST_UNREAD = 500;

/** One open conversation: what the screen shows and what the person can do. */
export class Conversation {
  messages = $state.raw<readonly MessageRecord[]>([]);
  /** Private payments to this contact that no message tells of yet. */
  transfers = $state.raw<readonly TransferRecord[]>([]);
  loaded = $state(false);
  hasEarlier = $state(false);
  failure = $state.raw<Failure | null>(null);
  loadFailure = $state.raw<Failure | null>(null);
  /** The first message that was unread when the conversation was opened, by its key. */
  firstNew = $state.raw<string | null>(null);
  readonly entries = $derived(timeline(withTransfers(this.messages, this.transfers, this.hasEarlier)));
  #limit: number;
  #seen: string | null = null;
  readonly #loader = new Loader(() => this.#load());

  constructor(
    readonly contact: string,
    private readonly unread: number,
    /** Whether a person can see the newest message at this moment. */
    private readonly attentive: () => boolean,
  ) {
    this.#limit = Math.max(PAGE, Math.min(unread + 1, MOST_UNREAD));
  }

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["chat", "money", "contacts"], this.contact);
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

  /** Calls a private payment off that is not signed yet. */
  async callOff(transfer: TransferRecord["id"]): Promise<boolean> {
    const done = await commands.transferCancel({ id: transfer });
    return this.#took(done.ok ? null : done.error);
  }

  /** Shows one more page of what came before. */
  earlier(): Promise<void> {
    this.#limit = this.messages.length + PAGE;
    return this.#loader.load();
  }

  /** Tells the core that the newest message has been looked at, once for each, if somebody can see it. */
  async look(): Promise<void> {
    const newest = this.messages.findLast((message) => !isMine(message));
    if (!newest || newest.id === this.#seen || !this.attentive()) return;
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
    // More than is shown: it tells whether there is anything before, and leaves room for arrivals.
    const last = Math.max(this.#limit, this.messages.length) + PAGE;
    const page = await commands.chatMessages({ contact: this.contact, last });
    const wishes = await commands.transferList({ contact: this.contact });
    this.loadFailure = worthShowing(page);
    if (!page.ok) return;
    const start = this.#start(page.value.messages);
    this.hasEarlier = start > 0;
    this.messages = page.value.messages.slice(start);
    if (wishes.ok) this.transfers = wishes.value.transfers;
    if (!this.loaded) this.firstNew = this.#firstUnread();
    this.loaded = true;
  }

  /** Where to begin: the oldest that is shown stays while somebody reads up there. */
  #start(all: readonly MessageRecord[]): number {
    const start = Math.max(0, all.length - this.#limit);
    const [oldest] = this.messages;
    if (!oldest || this.attentive()) return start;
    const kept = all.findIndex((message) => keyOf(message) === keyOf(oldest));
    return kept < 0 ? start : Math.min(kept, start);
  }

  #firstUnread(): string | null {
    if (this.unread === 0) return null;
    const first = this.messages.filter((message) => !isMine(message)).at(-this.unread);
    return first ? keyOf(first) : null;
  }
}
