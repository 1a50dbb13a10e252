// Telling what comes in, without talking over itself.

import { money } from "../../lib/format";
import { t } from "../../lib/i18n/index.svelte";
import { beginning, shownName } from "../../lib/names";
import type { Arrival } from "./chats.svelte";

/** Of a message so much is read aloud unasked. */
const MOST_READ = 300;
/** How long a screen reader is left alone after each sentence. */
const PAUSE_MS = 1000;

/** Gathers what comes in: the first is told at once, what follows too fast is told together. */
export class Gathering<T> {
  #waiting: T[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly tell: (some: readonly T[]) => void) {}

  /** Tells of it, now or soon. */
  add(one: T): void {
    this.#waiting.push(one);
    if (this.#timer === null) this.#flush();
  }

  #flush(): void {
    const some = this.#waiting.splice(0);
    this.#timer = null;
    if (some.length === 0) return;
    this.tell(some);
    this.#timer = setTimeout(() => this.#flush(), PAUSE_MS);
  }
}

/** What is said of arrivals: the one in its own words, more by the number of all that is unread. */
export function sentence(some: readonly Arrival[], unread: number): string {
  const newest = some.at(-1);
  if (!newest || (some.length > 1 && unread > 1)) return t().app.unread(unread);
  const { name, id, message } = newest;
  const who = shownName(name, id);
  const { request } = message;
  if (request) return t().asks.said(who, money(request.amount, request.token));
  if (message.envelope) return t().envelope.said(who);
  if (message.payment) return t().live.paid(who, money(message.payment.amount, message.payment.token));
  return t().live.said(who, beginning(message.text, MOST_READ));
}
