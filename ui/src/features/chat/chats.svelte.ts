import { commands, type ChatRecord, type MessageRecord } from "../../bindings";
import { Loader } from "../../lib/loader";
import { worthShowing, type Failure } from "../../lib/transport";
import { isMine } from "./timeline";

/** Something that has come in: from whom, and what. */
export type Arrival = { name: string; id: string; message: MessageRecord };

/** The list of conversations. */
export class Chats {
  list = $state.raw<readonly ChatRecord[]>([]);
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly unread = $derived(this.list.reduce((sum, chat) => sum + chat.unread, 0));
  readonly wanted = $derived(this.list.filter(({ contact }) => contact.standing === "accepted"));
  readonly requests = $derived(this.list.filter(({ contact }) => contact.standing === "request"));
  readonly #loader = new Loader(() => this.#load());

  /** `onarrival` is told of each contact's newest message when it comes in. */
  constructor(private readonly onarrival: (arrival: Arrival) => void) {}

  /** Loads now and at each change; returns the way to stop. */
  watch(): () => void {
    return this.#loader.watch(["chat", "contacts"]);
  }

  /** The conversation with this contact. */
  of(id: string | null): ChatRecord | undefined {
    return this.list.find(({ contact }) => contact.id === id);
  }

  async #load(): Promise<void> {
    const answer = await commands.chatList();
    this.failure = worthShowing(answer);
    if (!answer.ok) return;
    const before = this.loaded ? new Map(this.list.map((chat) => [chat.contact.id, chat.last?.id])) : null;
    this.list = answer.value.chats;
    this.loaded = true;
    if (before) this.#announce(before);
  }

  #announce(before: ReadonlyMap<string, string | undefined>): void {
    for (const { contact, last: message } of this.list) {
      if (!message || isMine(message) || message.id === before.get(contact.id)) continue;
      this.onarrival({ name: contact.name, id: contact.id, message });
    }
  }
}
