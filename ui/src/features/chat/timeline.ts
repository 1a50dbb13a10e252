// A conversation's messages, cut into days and into runs of one side. Pure.

import type { MessageRecord, TransferRecord } from "../../bindings";
import { sameDay } from "../../lib/format";

/** A private payment for which no message speaks yet, in the place that its message would have. */
export type Said = MessageRecord & { transfer?: TransferRecord };

/** A message; whether it begins a day, and whether it begins and ends a run. */
export type Entry = { key: string; message: Said; newDay: boolean; first: boolean; last: boolean };

const RUN_MS = 5 * 60_000;

/** True for what this account wrote. No contact can be named `me`: the core sees to it. */
export function isMine(message: Said): boolean {
  return message.from === "me";
}

/** A message's key in a list: ids are unique among those of one side. */
export function keyOf(message: Said): string {
  if (message.transfer) return `transfer:${message.id}`;
  return `${isMine(message) ? "me" : "them"}:${message.id}`;
}

/** Puts those private payments among the messages that nothing else tells of: not signed, or given up. */
export function withTransfers(
  messages: readonly MessageRecord[],
  transfers: readonly TransferRecord[],
  hasEarlier: boolean,
): readonly Said[] {
  const all: Said[] = [...messages];
  for (const transfer of transfers) {
    const signed = transfer.step === null && (transfer.state === "queued" || transfer.state === "submitted");
    // What stands before the oldest message that is shown belongs to an earlier page.
    const earlier = hasEarlier && messages[0] && Date.parse(transfer.time) < Date.parse(messages[0].time);
    if (signed || (earlier && transfer.step === null)) continue;
    const { id, time, state, amount, token, tx } = transfer;
    const payment = { tx, amount, token, state };
    const said: Said = {
      id, from: "me", time, text: "", state: "queued", payment, envelope: null, request: null, showing: null, transfer,
    };
    const later = transfer.step ? -1 : all.findIndex((other) => Date.parse(other.time) > Date.parse(time));
    all.splice(later < 0 ? all.length : later, 0, said);
  }
  return all;
}

/** The messages, oldest first, as they came. */
export function timeline(messages: readonly Said[]): Entry[] {
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

function sameRun(a: Said, b: Said): boolean {
  const pause = Math.abs(Date.parse(b.time) - Date.parse(a.time));
  return isMine(a) === isMine(b) && sameDay(a.time, b.time) && pause <= RUN_MS;
}
