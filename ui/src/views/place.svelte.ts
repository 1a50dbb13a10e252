/** The sections of the window. */
export type Section = "chats" | "wallet" | "node" | "settings";

/** All of them, in their order. */
export const SECTIONS: readonly Section[] = ["chats", "wallet", "node", "settings"];

/** A place: a section, and the conversation that is open or waits behind it. */
type Spot = { section: Section; chat: string | null };

/** Where the person is in the window. The browser's way back leads through the places they were at. */
export class Place {
  #spot = $state.raw<Spot>({ section: "chats", chat: null });

  constructor(private readonly page: Pick<Window, "history" | "addEventListener" | "removeEventListener">) {
    this.#return();
  }

  get section(): Section {
    return this.#spot.section;
  }

  get chat(): string | null {
    return this.#spot.chat;
  }

  /** Follows the way back and forth; returns the way to stop. */
  watch(): () => void {
    const back = () => this.#return();
    this.page.addEventListener("popstate", back);
    return () => this.page.removeEventListener("popstate", back);
  }

  /** Goes to a section; the open conversation stays open behind it. */
  go(section: Section): void {
    this.#move({ section, chat: this.chat });
  }

  /** Opens a conversation. */
  open(chat: string): void {
    this.#move({ section: "chats", chat });
  }

  /** Leaves the conversation, back to the list. */
  leave(): void {
    this.#move({ section: this.section, chat: null });
  }

  #move(spot: Spot): void {
    if (spot.section === this.section && spot.chat === this.chat) return;
    this.#spot = spot;
    this.page.history.pushState({ ...spot }, "");
  }

  #return(): void {
    const kept = this.page.history.state as Partial<Spot> | null;
    const section = SECTIONS.find((one) => one === kept?.section) ?? "chats";
    this.#spot = { section, chat: typeof kept?.chat === "string" ? kept.chat : null };
  }
}
