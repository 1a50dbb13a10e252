// Alice asks Bob for money inside their conversation; he pays, and both see it proved.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { minus, owns, plus, publicly } from "./paying.mjs";

const SUM = "2";
const MEMO = "房租 & water";

/** The request is paid once, and every digit is right. */
export async function asking({ alice, bob }) {
  const [alices, bobs] = [await alice.total(), await bob.total()];
  for (const person of [alice, bob]) await person.opensChat();
  await alice.clicks("composer-ask");
  await alice.fills("ask-amount", SUM);
  await alice.fills("ask-memo", MEMO);
  await alice.shows("ask");
  await alice.clicks("ask-submit");
  await alice.seesNo("ask-submit");
  alice.said.push(MEMO);

  await bob.sees("request", { state: "open" });
  const card = await bob.page.text(at("request"));
  assert.ok(card.includes(SUM) && card.includes(MEMO), card);
  await bob.shows("request");
  await bob.clicks("request-pay");
  await publicly(bob);
  await bob.clicks("pay-confirm");
  await bob.seesNo("pay-confirm");
  for (const person of [bob, alice]) {
    await person.sees("request", { state: "paid" });
    await person.shows("request-paid");
  }
  bob.said.push(MEMO);

  const [{ payment, state }] = (await bob.bcm("request", "list")).requests;
  assert.deepEqual([state, payment.amount], ["paid", SUM]);
  await owns(alice, plus(alices, SUM));
  const fee = minus(minus(bobs, SUM), await bob.total());
  assert.ok(Number(fee) > 0 && Number(fee) < 0.01, `the fee of the payment is ${fee}`);
}
