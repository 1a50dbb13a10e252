import { commands, type StatementFormat, type StatementSaved } from "../../bindings";
import type { Failure } from "../../lib/transport";

const DAY_MS = 86_400_000;

/** A day as the core and a date field write it. */
const day = (time: number) => new Date(time).toISOString().slice(0, 10);

/** The first and the last day of the month that a moment lies in, in UTC as the months of the pool. */
export function monthOf(now: Date): readonly [string, string] {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return [day(Date.UTC(year, month, 1)), day(Date.UTC(year, month + 1, 0))];
}

/** The day behind this one; the same text if it is no day. */
export function dayAfter(date: string): string {
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? date : day(time + DAY_MS);
}

/** So many minutes behind UTC, as JavaScript counts them, as a zone of the core. */
export function zoneOf(minutesBehind: number): string {
  if (minutesBehind === 0) return "Z";
  const two = (n: number) => String(n).padStart(2, "0");
  const size = Math.abs(minutesBehind);
  return `${minutesBehind < 0 ? "+" : "-"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** One statement that is about to be made. */
export class Statement {
  from = $state("");
  /** The last day that belongs to it. */
  last = $state("");
  format = $state<StatementFormat>("pdf");
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  saved = $state.raw<StatementSaved | null>(null);

  /** Of whose account: `me`, or a grant; it begins with the present month. */
  constructor(
    private readonly whose: { account: string; receipts: boolean },
    now: Date,
  ) {
    [this.from, this.last] = monthOf(now);
  }

  /** True while the days make no period. */
  get empty(): boolean {
    return this.from === "" || this.last === "" || this.last < this.from;
  }

  /** Has it made, proved and written. */
  async make(): Promise<void> {
    if (this.busy || this.empty) return;
    this.busy = true;
    const zone = zoneOf(new Date().getTimezoneOffset());
    const { whose, from, format } = this;
    const answer = await commands.reviewSave({ ...whose, from, to: dayAfter(this.last), format, zone });
    this.failure = answer.ok ? null : answer.error;
    this.saved = answer.ok ? answer.value : null;
    this.busy = false;
  }

  /** Back to the choices. */
  again(): void {
    this.saved = null;
    this.failure = null;
  }
}
