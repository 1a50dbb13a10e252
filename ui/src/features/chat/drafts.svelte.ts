import { SvelteMap } from "svelte/reactivity";

/** What was begun and not sent, by contact; kept while the app runs. */
export class Drafts {
  readonly #texts = new SvelteMap<string, string>();

  /** The draft for this contact. */
  of(contact: string): string {
    return this.#texts.get(contact) ?? "";
  }

  /** Keeps a draft; an empty one is forgotten. */
  keep(contact: string, text: string): void {
    if (text === "") this.#texts.delete(contact);
    else this.#texts.set(contact, text);
  }

  /** Puts back what could not be sent, after what has been begun or put back meanwhile. */
  putBack(contact: string, text: string): void {
    const begun = this.of(contact);
    this.keep(contact, begun === "" ? text : `${begun}\n${text}`);
  }
}
