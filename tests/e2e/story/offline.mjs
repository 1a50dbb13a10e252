// The network goes away and comes back.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { owns } from "./paying.mjs";
import { agree } from "./talking.mjs";

/** Without a network everything can be read, and what is written waits until it can go. */
export async function offline({ net, alice, bob }) {
  const money = (await alice.bcm("balance")).tokens[0].total;
  await net.stop();
  await alice.is("offline");
  await bob.is("offline");

  await alice.says("Is there nobody?");
  await alice.until("a message that waits", async () => (await alice.states("me")).at(-1) === "queued");
  assert.match((await alice.page.texts(at("message-state"))).at(-1), /Waiting for the network/);
  assert.deepEqual(await alice.texts("them"), bob.said);
  assert.deepEqual(await alice.texts("me"), [...alice.said, "Is there nobody?"]);
  await alice.shows("offline");
  await alice.goes("wallet");
  await alice.sees("history-row", {}, 2);
  assert.equal(await alice.balance(), money);
  await alice.goes("node");
  await alice.sees("node-round");
  await alice.opensChat();
  assert.equal((await alice.states("me")).at(-1), "queued");

  await net.start();
  await alice.is("online");
  await bob.is("online");
  alice.said.push("Is there nobody?");
  await agree({ alice, bob });
  await owns(alice, money);
  await alice.opensChat();
  assert.equal(await alice.page.count(at("chat-item")), 1);
}
