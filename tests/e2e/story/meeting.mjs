// They become contacts: one pastes the other's invite, the other is asked; both pasting changes
// nothing.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

/** Alice adds Bob, Bob accepts, and adds Alice as well. */
export async function meeting({ alice, bob }) {
  bob.invite = await takesInvite(bob);
  await adds(alice, bob.invite);
  await alice.sees("messages");

  await bob.sees("chat-item", { standing: "request" });
  await bob.clicks("chat-item");
  await bob.sees("request-accept");
  await bob.sees("request-decline");
  assert.equal((await bob.page.one(at("composer-text"))).attributes.disabled, "");
  await bob.shows("request");
  await bob.clicks("request-accept");
  await bob.seesNo("request-accept");
  await bob.sees("chat-item", { standing: "accepted" });
  await knowEachOther(alice, bob);

  alice.invite = await takesInvite(alice);
  await adds(bob, alice.invite);
  await knowEachOther(alice, bob);
}

/** The invite's text, which is on the clipboard then. */
async function takesInvite(person) {
  await person.clicks("open-invite");
  await person.sees("invite-qr");
  const drawn = await person.page.one(`${at("invite-qr")} path`);
  assert.ok(drawn.attributes.d.length > 1000, "a code that is drawn");
  const invite = await person.page.value(at("invite-text"));
  assert.match(invite, /^bcm:\S+$/);
  await person.shows(`invite-${person.name}`);
  await person.clicks("invite-copy");
  await person.reads("live", "Copied");
  await person.clicks("invite-close");
  await person.seesNo("invite-text");
  return invite;
}

/** Pastes what another window has put on the clipboard. */
async function adds(person, invite) {
  await person.clicks("open-add");
  await person.clicks("add-invite");
  await person.page.press("Control", "v");
  await person.until("the invite", async (page) => (await page.value(at("add-invite"))) === invite);
  await person.clicks("add-submit");
  await person.seesNo("add-invite");
}

async function knowEachOther(...people) {
  for (const [person, other] of [people, people.toReversed()]) {
    await person.sees("chat-item", { standing: "accepted" });
    await person.until("exactly one contact, ready", async () => {
      const { contacts } = await person.bcm("contact", "list");
      assert.deepEqual(contacts.map(({ name, state }) => [name, state]), [[other.name, "ready"]]);
      return true;
    });
  }
}
