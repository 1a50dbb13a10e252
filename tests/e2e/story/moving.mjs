// Alice moves her account to its Falcon key; her money and her name stay.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

/** In place: explained first, then done, and everybody can tell. */
export async function moving({ alice }) {
  await alice.goes("wallet");
  const before = await alice.balance();
  await alice.sees("move-stage", { stage: "ecdsa" });
  await alice.clicks("move-open");
  await alice.sees("move-migrate");
  const fee = (await alice.page.text(at("move-fee"))).replace(/[^\d.]/g, "");
  await alice.shows("move");
  await alice.clicks("move-migrate");
  await alice.sees("move-done");
  await alice.shows("moved");
  await alice.clicks("move-close");
  await alice.sees("move-stage", { stage: "falcon" });

  const { tokens, addresses } = await alice.bcm("balance");
  assert.deepEqual(addresses.map(({ active }) => active), [false, true]);
  assert.ok(Math.abs(Number(before) - Number(fee) - Number(tokens[0].total)) < 1e-6, tokens[0].total);
  const { entries } = await alice.bcm("history");
  assert.equal(entries.filter(({ kind, state }) => kind === "migrate" && state === "final").length, 1);
  const again = await alice.bcm("migrate");
  assert.equal(again.already, true);
}
