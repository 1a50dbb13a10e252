// A conversation's messages, cut into days and into runs of one side. Pure.

import type { MessageRecord } from "../../bindings";
import { sameDay } from "../../lib/format";

/** A message; whether it begins a day, and whether it begins and ends a run. */
export type Entry = { key: string; message: MessageRecord; newDay: boolean; first: boolean; last: boolean };

const RUN_MS = 5 * 60_000;

/** True for what this account wrote. No contact can be named `me`: the core sees to it. */
export function isMine(message: MessageRecord): boolean {
  return message.from === "me";
}

/** A message's key in a list: ids are unique among those of one side. */
export function keyOf(message: MessageRecord): string {
  return `${isMine(message) ? "me" : "them"}:${message.id}`;
}

/** The messages, oldest first, as they came. */
export function timeline(messages: readonly MessageRecord[]): Entry[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    return {
      key: keyOf(message),
      message,
      newDay: !before || !sameDay(before.time, message.time),
      first: !before || !sameRun(before, message),
      last: !after || !sameRun(message, after),
    };
  });
}

function sameRun(a: MessageRecord, b: MessageRecord): boolean {
  const pause = Math.abs(Date.parse(b.time) - Date.parse(a.time));
  return isMine(a) === isMine(b) && sameDay(a.time, b.time) && pause <= RUN_MS;
}
