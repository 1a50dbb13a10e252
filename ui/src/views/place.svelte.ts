/** The sections of the window. */
export type Section = "chats" | "wallet" | "node" | "settings";

/** Where the person is in the window. */
export class Place {
  section = $state<Section>("chats");
  chat = $state<string | null>(null);

  /** Goes to a section; the open conversation stays open behind it. */
  go(section: Section): void {
    this.section = section;
  }

  /** Opens a conversation. */
  open(chat: string): void {
    this.chat = chat;
    this.section = "chats";
  }

  /** Leaves the conversation, back to the list. */
  leave(): void {
    this.chat = null;
  }
}
