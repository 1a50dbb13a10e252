import { commands, type ContactRecord } from "../../bindings";
import type { Failure, Result } from "../../lib/transport";

/** The account's own invite, made when it is looked at. */
export class MyInvite {
  invite = $state<string | null>(null);
  failure = $state.raw<Failure | null>(null);

  /** Asks the core for it. */
  async load(): Promise<void> {
    this.failure = null;
    const answer = await commands.invite();
    if (answer.ok) this.invite = answer.value.invite;
    else this.failure = answer.error;
  }
}

/** Adding a contact by its invite. */
export class NewContact {
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);

  /** The contact, once the core has taken the invite; null if it has not. */
  async add(invite: string): Promise<ContactRecord | null> {
    if (this.busy) return null;
    this.busy = true;
    // What carried the text may have broken it into lines; an invite has no blanks of its own.
    const answer = await commands.contactAdd({ invite: invite.replace(/\s+/g, "") });
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    return answer.ok ? answer.value.contact : null;
  }
}

/** The decision about somebody who wrote first. */
export class Request {
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);

  constructor(readonly contact: string) {}

  /** True once the contact may write. */
  accept(): Promise<boolean> {
    return this.#decide(() => commands.contactAccept({ contact: this.contact }));
  }

  /** True once nothing more is wanted of the contact. */
  decline(): Promise<boolean> {
    return this.#decide(() => commands.contactDecline({ contact: this.contact }));
  }

  async #decide(command: () => Promise<Result<unknown>>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const answer = await command();
    this.busy = false;
    this.failure = answer.ok ? null : answer.error;
    return answer.ok;
  }
}
