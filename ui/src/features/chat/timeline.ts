// A conversation cut into days, and days into runs of one side's messages. Pure.

import type { MessageRecord } from "../../bindings";
import { sameDay } from "../../lib/format";

/** A message and whether it begins and ends a run. */
export type Entry = { key: string; message: MessageRecord; first: boolean; last: boolean };
/** The messages of one day. */
export type Day = { time: string; entries: Entry[] };

const RUN_MS = 5 * 60_000;

/** True for what this account wrote. No contact can be named `me`: the core sees to it. */
export function isMine(message: MessageRecord): boolean {
  return message.from === "me";
}

/** A message's key in a list: ids are unique among those of one side. */
export function keyOf(message: MessageRecord): string {
  return `${isMine(message) ? "me" : "them"}:${message.id}`;
}

/** The messages by day, oldest first, as they came. */
export function timeline(messages: readonly MessageRecord[]): Day[] {
  const days: Day[] = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const first = !before || !sameRun(before, message);
    const last = !after || !sameRun(message, after);
    const entry = { key: keyOf(message), message, first, last };
    const day = days.at(-1);
    if (day && before && sameDay(before.time, message.time)) day.entries.push(entry);
    else days.push({ time: message.time, entries: [entry] });
  });
  return days;
}

function sameRun(a: MessageRecord, b: MessageRecord): boolean {
  const pause = Math.abs(Date.parse(b.time) - Date.parse(a.time));
  return isMine(a) === isMine(b) && sameDay(a.time, b.time) && pause <= RUN_MS;
}
