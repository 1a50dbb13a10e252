// Programs end and start again: in order, and as by a power cut.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { agree, say } from "./talking.mjs";

/** While Bob is away Alice writes; he comes back to everything, and two messages more. */
export async function restart({ alice, bob }) {
  await bob.chooses("zh", "dark");
  await bob.leave();
  await alice.opensChat();
  for (const text of ["Are you there?", "Write when you are back."]) await say(alice, text);
  await alice.until("two messages that wait for Bob", async () => {
    assert.deepEqual((await alice.states("me")).slice(-2), ["sent", "sent"]);
    return true;
  });

  await bob.comeBack();
  await bob.sees("chat-item");
  await bob.looks("zh", "dark");
  await bob.reads("profile-name", bob.name);
  await bob.reads("chat-unread", "2");
  await bob.shows("unread");
  await bob.opensChat();
  await agree({ alice, bob });
  await bob.seesNo("chat-unread");
  await bob.chooses("en", "light");
  await bob.opensChat();
}

/** Alice's program dies; nothing is lost, and what is written next arrives. */
export async function powerCut({ alice, bob }) {
  await say(bob, "Before the cut.");
  await say(alice, "The light flickers here.");
  const money = (await alice.bcm("balance")).tokens;
  await alice.crash();
  await alice.comeBack();
  await alice.sees("chat-item");
  await alice.opensChat();
  await agree({ alice, bob });
  await alice.is("online");
  assert.deepEqual((await alice.bcm("balance")).tokens, money);
  await alice.sees("message", { payment: "final" });
  await say(alice, "Here I am again.");
  await agree({ alice, bob });
  assert.equal(await alice.page.count(at("chat-item")), 1);
}
