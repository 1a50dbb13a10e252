// How far anybody may run ahead, and how much is kept for those who come late: the same borders for
// every pairing. This takes minutes, so the chore `cargo xtask interop` runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { b64, txt } from "./client.mjs";
import { everyPairing, expectRefusal, Person } from "./support/people.mjs";

const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
/** Just beyond the furthest that anybody may run ahead. */
const TOO_FAR = 25_001;
/** Receiving chains of a session that are kept. */
const CHAINS = 5;
/** Archived sessions that are kept. */
const ARCHIVED = 40;

/** The texts "0" to the last, encrypted in order. */
async function run(count, encrypt) {
  const sent = [];
  // Not all at once, so that the replies are read while the requests are written.
  while (sent.length < count) {
    const length = Math.min(1000, count - sent.length);
    const some = Array.from({ length }, (_, i) => encrypt(String(sent.length + i)));
    sent.push(...(await Promise.all(some)));
  }
  return sent;
}

/** Reads some of them in this order: each gives its text, or is refused for this reason. */
async function expectVerdicts(person, verdicts, read) {
  for (const [number, verdict] of verdicts) {
    const reply = await read(number);
    if (verdict === "read") {
      assert.equal(reply.plaintext, b64(String(number)), `${number}: ${JSON.stringify(reply.error)}`);
    } else {
      assert.equal(reply.ok, false, `${number} must be refused`);
      expectRefusal(person.peer, reply, verdict);
    }
  }
}

async function talking([first, second]) {
  const [alice, bob] = [await Person.on(first), await Person.on(second)];
  await alice.meet(bob);
  await alice.tell(bob, "hello");
  await bob.tell(alice, "hello yourself");
  return [alice, bob];
}

everyPairing((sides) => {
  test("25,000 group messages may be missing, and 2,000 of them may come late", async () => {
    const [alice, bob] = [await Person.on(sides[0]), await Person.on(sides[1])];
    await alice.join(DISTRIBUTION, [bob]);
    const sent = await run(TOO_FAR + 1, (text) => alice.groupEncrypt(DISTRIBUTION, text));
    const read = (number) => bob.raw("group_decrypt", { sender: alice.address, body: sent[number].body });
    await expectVerdicts(
      bob,
      [[25_001, "tooFarInGroup"], [25_000, "read"], [24_999, "read"], [23_000, "read"], [22_999, "duplicate"]],
      read,
    );
    await expectVerdicts(bob, [[25_001, "read"], [25_000, "duplicate"], [23_001, "read"], [0, "duplicate"]], read);
  });

  test("24,999 messages between two may be missing, and 2,000 of them may come late", async () => {
    const [alice, bob] = await talking(sides);
    const sent = await run(TOO_FAR + 1, (text) => alice.encrypt(bob, text));
    const read = (number) => bob.raw("decrypt", { remote: alice.address, ...pick(sent[number]) });
    await expectVerdicts(
      bob,
      [[25_001, "tooFar"], [25_000, "tooFar"], [24_999, "read"], [22_999, "read"], [22_998, "duplicate"]],
      read,
    );
    await expectVerdicts(bob, [[25_001, "read"], [25_000, "read"], [24_998, "read"], [23_001, "read"]], read);
  });

  test("five receiving chains are kept", async () => {
    const [alice, bob] = [await Person.on(sides[0]), await Person.on(sides[1])];
    await alice.meet(bob);
    const held = [];
    for (let i = 0; i < 9; i++) {
      held.push(await alice.encrypt(bob, String(i)));
      await alice.tell(bob, "go");
      await bob.tell(alice, "back");
    }
    const verdict = (i) => [i, i < held.length - CHAINS ? "damaged" : "read"];
    const read = (i) => bob.raw("decrypt", { remote: alice.address, ...pick(held[i]) });
    await expectVerdicts(bob, held.map((_, i) => verdict(i)), read);
  });

  test("forty archived sessions are kept", async () => {
    const [alice, bob] = [await Person.on(sides[0]), await Person.on(sides[1])];
    const held = [];
    for (let i = 0; i < ARCHIVED + 3; i++) {
      await alice.meet(bob);
      await alice.tell(bob, "begin");
      held.push(await alice.encrypt(bob, String(i)));
    }
    const read = (i) => bob.raw("decrypt", { remote: alice.address, ...pick(held[i]) });
    await expectVerdicts(bob, [[0, "noPreKey"], [1, "noPreKey"], [2, "read"], [3, "read"]], read);
    assert.equal(txt((await read(ARCHIVED + 2)).plaintext), String(ARCHIVED + 2));
    await bob.tell(alice, "in the last one");
  });
});

const pick = ({ type, body }) => ({ type, body });
