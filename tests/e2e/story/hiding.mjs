// Alice pays Bob the way the app does it by itself, privately; he has her show it, and his own node checks it.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { owns, plus } from "./paying.mjs";

const SUM = "4";
const MEMO = "演出票 & popcorn";
const WHICH = "the tickets";

/** What goes into the pool first is said before; then the payment is proved, final, and shown to who asks. */
export async function hiding({ alice, bob }) {
  const bobs = await bob.total();
  for (const person of [alice, bob]) await person.opensChat();
  await alice.clicks("composer-pay");
  await alice.fills("pay-amount", SUM);
  await alice.fills("pay-memo", MEMO);
  await alice.clicks("pay-next");
  await alice.sees("pay-way", { private: "true" });
  await alice.sees("pay-top-up");
  await alice.shows("pay-privately");
  await alice.clicks("pay-confirm");
  await alice.seesNo("pay-confirm");
  // Each step of it may take long on a busy computer.
  for (const over of ["waiting", "top_up", "proving", "submitted"]) {
    await alice.until(`a payment beyond ${over}`, async (page) => {
      const under = ["queued", "waiting", "top_up", "proving", "submitted"];
      const left = under.slice(0, under.indexOf(over) + 1);
      const counts = await Promise.all(left.map((step) => page.count(at("message", { payment: step }))));
      return counts.every((count) => count === 0);
    });
  }
  for (const person of [alice, bob]) {
    await person.until("the payment, final", async (page) => {
      const texts = await page.texts(at("message", { payment: "final" }));
      return texts.some((text) => text.includes(SUM) && text.includes(MEMO));
    });
  }
  alice.said.push(MEMO);
  await owns(bob, plus(bobs, SUM));
  const { entries } = await bob.bcm("history");
  const came = entries.find(({ memo }) => memo === MEMO);
  assert.deepEqual([came.private, came.amount, came.counterparty], [true, SUM, "Alice"]);

  for (const person of [alice, bob]) await person.opensChat();
  await bob.clicks("composer-want");
  await bob.fills("want-which", WHICH);
  await bob.fills("want-purpose", "my books");
  await bob.clicks("want-go");
  await alice.sees("showing", { state: "open" });
  assert.ok((await alice.page.text(at("showing"))).includes(WHICH));
  await alice.clicks("showing-answer");
  await alice.clicks("show-payment");
  await alice.shows("show-payment");
  await alice.clicks("show-go");
  await alice.seesNo("show-go");
  await bob.sees("showing-verdict");
  const verdict = await bob.page.text(at("showing-verdict"));
  assert.ok(verdict.includes(SUM) && verdict.includes(MEMO), verdict);
  await bob.shows("showing-verdict");
  await owns(alice, await alice.total());
}
