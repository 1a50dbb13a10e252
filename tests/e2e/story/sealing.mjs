// Alice lets Bob see her account by a key that is sealed to his reviewer's card, outside the chat.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

const PURPOSE = "tax & 年度审计";

/** Bob opens what was sealed to him, and nothing that was changed on the way. */
export async function sealing({ alice, bob }) {
  for (const person of [alice, bob]) await person.goes("wallet");
  await bob.clicks("review-card");
  await bob.sees("card-codes");
  const card = await bob.page.value(at("card-text"));
  const digits = (await bob.page.text(at("card-digits"))).replace(/\D/g, "");
  await bob.shows("review-card");
  await bob.clicks("card-close");

  await alice.clicks("review-give");
  await alice.fills("review-to", card);
  await alice.fills("review-purpose", PURPOSE);
  await alice.clicks("review-go");
  await alice.sees("review-sees");
  assert.ok((await alice.page.words()).replace(/\D/g, "").includes(digits), "the digits to compare");
  await alice.clicks("review-go");
  await alice.sees("review-codes");
  const sealed = await alice.page.value(at("review-sealed"));
  await alice.shows("review-sealed");
  await alice.clicks("review-close");

  await bob.clicks("review-open");
  await bob.fills("open-text", sealed.slice(0, -1) + (sealed.endsWith("0") ? "1" : "0"));
  await bob.clicks("open-go");
  await bob.sees("open-error");
  await bob.fills("open-text", sealed);
  await bob.clicks("open-go");
  await bob.reads("open-done", PURPOSE);
  await bob.shows("review-opened");
  await bob.clicks("open-close");

  const { received } = await bob.bcm("review", "list");
  assert.deepEqual(received.map(({ purpose, proved }) => [purpose, proved]), [[PURPOSE, true]]);
  await bob.clicks("review-look");
  await bob.until("Alice's entries", async (page) => (await page.count(at("look-row"))) > 0);
  await bob.shows("review-look");
  await bob.clicks("look-close");
}
