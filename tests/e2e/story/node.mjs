// The light node inside the app shows what it has checked, and goes on checking.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

/** The round grows while one looks. */
export async function lightNode({ alice }) {
  await alice.goes("node");
  await alice.sees("node-round");
  const first = await round(alice);
  assert.ok(first > 0);
  await alice.until("a newer round", async () => (await round(alice)) > first);
  await alice.reads("node-headers", /\d/);
  await alice.sees("explorer-manager", {}, 4);
  await alice.reads("explorer-round", /\d/);
  await alice.sees("peer", { role: "home" });
  await alice.clicks("doctor-examine");
  await alice.sees("finding", { code: "home_reached" });
  await alice.shows("node");
}

async function round(person) {
  return Number((await person.page.text(at("node-round"))).replace(/\D/g, ""));
}
