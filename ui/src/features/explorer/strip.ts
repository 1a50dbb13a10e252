// How rounds and votes are drawn: plain figures out of records.

import type { RoundRecord, VoteMark } from "../../bindings";

/** The height of the field that bars stand in. */
export const FIELD = 100;
const LEAST = 8;
/** A round this many intervals long fills the field. */
const FULL = 4;

/** How a bar looks. */
export type Look = "first" | "second" | "later" | "unknown" | "empty";

/** The height of a round's bar: how long it took, against the network's interval. */
export function height(round: RoundRecord, intervalMs: number): number {
  if (round.gap_ms === null || intervalMs <= 0) return LEAST;
  const share = round.gap_ms / (FULL * intervalMs);
  return Math.round(Math.min(FIELD, Math.max(LEAST, share * FIELD)));
}

/** How a round's bar looks: an empty block before all, else by the view that decided it. */
export function look(round: RoundRecord): Look {
  if (round.empty) return "empty";
  if (round.view === null) return "unknown";
  return round.view === 0 ? "first" : round.view === 1 ? "second" : "later";
}

/** Where a key leads from this place; null if it leads nowhere. */
export function step(key: string, place: number, count: number): number | null {
  const last = count - 1;
  const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: last }[key];
  return to === undefined ? null : Math.max(0, Math.min(last, to));
}

/** How many votes have this mark. */
export function tally(votes: readonly VoteMark[], mark: VoteMark): number {
  return votes.filter((vote) => vote === mark).length;
}
