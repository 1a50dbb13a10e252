import { expect, test } from "vitest";
import type * as shapes from "../../src/bindings";
import * as people from "../browser/people.mjs";
import { records } from "../browser/reviews.mjs";

/** A record as plain JavaScript writes it: a word of a list is any text there, and lists are read only. */
type Plain<T> = T extends string ? string : T extends readonly (infer One)[] ? readonly Plain<One>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** `tsc` refuses a record that lacks a field of its type. */
function shaped<T>(record: Plain<T>): void {
  expect(record).toBeTruthy();
}

test("what the scripted core answers has the shapes of the real one's answers", () => {
  shaped<shapes.Status>(people.status);
  shaped<shapes.ChatRecord[]>(people.chats);
  shaped<shapes.MessageRecord[]>(people.conversations[people.ID.bob] ?? []);
  shaped<shapes.MessageRecord[]>(people.withEnvelopes);
  shaped<shapes.Balance>(people.balance);
  shaped<shapes.MoveOutlook>(people.moves);
  shaped<shapes.HistoryEntry[]>(people.history);
  shaped<shapes.LightRecord>(people.light);
  shaped<shapes.Explorer>(people.explorer);
  shaped<shapes.Diagnosis>(people.diagnosis);
  shaped<shapes.QuoteRecord>(people.quote);
  shaped<shapes.QuoteRecord>(people.privateQuote);
  shaped<shapes.SafetyRecord>(people.safety);
  shaped<shapes.PoolRecord>(people.pool);
  shaped<shapes.PoolRecord>(people.busyPool);
  shaped<shapes.TransferRecord[]>(people.wishes);
  shaped<shapes.Grants>(records.list);
  shaped<shapes.Grants>(records.showings);
  shaped<shapes.Reviewed>(records.looked);
  shaped<shapes.ShownPayment>(records.shown);
  shaped<shapes.ShowingRecord>(records.showing);
  shaped<shapes.ChallengeRecord>(records.asked);
});
