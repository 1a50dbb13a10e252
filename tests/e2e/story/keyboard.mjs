// Everything can be done without a mouse.

import assert from "node:assert/strict";
import { agree } from "./talking.mjs";

const MOST_STEPS = 60;

/** From another section: into the conversation, a message, a dialog opened and closed. */
export async function keyboard({ alice, bob }) {
  await bob.opensChat();
  await alice.goes("settings");
  await walkTo(alice, "nav-chats");
  await alice.page.press("Enter");
  await walkTo(alice, "chat-item");
  await alice.page.press("Enter");
  await walkTo(alice, "composer-text");
  await alice.page.type("No mouse was used.");
  await alice.page.press("Enter");
  alice.said.push("No mouse was used.");
  await agree({ alice, bob });

  await walkTo(alice, "open-add", ["Shift", "Tab"]);
  await alice.page.press("Enter");
  await alice.until("its first field", async (page) => (await page.focused()) === "add-invite");
  await walkTo(alice, "add-close");
  await alice.shows("keyboard");
  await alice.page.press("Escape");
  await alice.seesNo("add-invite");
  assert.equal(await alice.page.focused(), "open-add", "the focus is back where it was");
}

/** Presses a key until the focus is there. */
async function walkTo(person, test, keys = ["Tab"]) {
  const way = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const here = await person.page.focused();
    if (here === test) return;
    way.push(here);
    await person.page.press(...keys);
  }
  throw new Error(`${keys.join("+")} never comes to ${test}, but to ${way.join(", ")}`);
}
