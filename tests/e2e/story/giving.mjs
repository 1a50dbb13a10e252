// Alice gives Bob a red envelope inside their conversation; he opens it with one tap.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { minus, owns, plus } from "./paying.mjs";

const SUM = "3";
const GREETING = "恭喜发财 & best wishes";

/** Both see who got what, and every digit is right. */
export async function giving({ alice, bob }) {
  const before = await bob.total();
  for (const person of [alice, bob]) await person.opensChat();
  await alice.clicks("composer-give");
  await alice.fills("give-amount", SUM);
  await alice.fills("give-text", GREETING);
  // Out of the account: the story counts every digit of it.
  await alice.clicks("give-public");
  await alice.shows("give");
  await alice.clicks("give-submit");
  await alice.seesNo("give-submit");

  await bob.sees("envelope", { state: "open", share: "unclaimed" });
  const closed = await bob.page.text(at("envelope"));
  assert.ok(closed.includes(GREETING), closed);
  alice.said.push(GREETING);
  await bob.shows("envelope");
  await bob.clicks("envelope-public");
  await bob.clicks("envelope-open");
  await bob.sees("envelope", { state: "done", share: "got" });
  await alice.sees("envelope", { state: "done" });

  const { envelopes } = await bob.bcm("envelope", "list");
  const [{ claimed, left, got }] = envelopes;
  assert.deepEqual([claimed, left], [[{ who: "me", amount: got }], "0"]);
  await bob.reads("envelope-state", got);
  for (const [person, who] of [[alice, "Bob"], [bob, "You"]]) {
    await person.clicks("envelope-more");
    const taker = await person.page.text(at("envelope-taker"));
    assert.ok(taker.includes(who) && taker.includes(got), taker);
    await person.shows("envelope-opened");
  }
  const fee = minus(SUM, got);
  assert.ok(Number(fee) > 0 && Number(fee) < 0.01, `the fee of the claim is ${fee}`);
  await owns(bob, plus(before, got));
}
