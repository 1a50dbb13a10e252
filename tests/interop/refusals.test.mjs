// Messages that are well made and yet must not be read: both peers refuse them for the same reason,
// and go on as if nothing had come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { b64, un64 } from "./client.mjs";
import { fieldOf, LAYOUTS, rebuilt } from "./support/layout.mjs";
import { everyPairing, Person } from "./support/people.mjs";

const { whisper, prekey } = LAYOUTS;
const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
const VERSION_3 = 0x34;

/** The message with some fields changed. */
const changed = (message, layout, changes, version) => ({
  ...message,
  body: b64(rebuilt(un64(message.body), layout, changes, version)),
});

/** A prekey message with fields of the whisper message inside changed. */
function changedInside(message, changes, version) {
  const inside = fieldOf(un64(message.body), prekey, "message");
  return changed(message, prekey, { message: rebuilt(inside, whisper, changes, version) });
}

/** Alice has begun, and Bob has heard nothing yet. */
async function beginning([first, second]) {
  const [alice, bob] = [await Person.on(first), await Person.on(second)];
  await alice.meet(bob);
  return [alice, bob];
}

async function talking(sides) {
  const [alice, bob] = await beginning(sides);
  await alice.tell(bob, "hello");
  await bob.tell(alice, "hello yourself");
  return [alice, bob];
}

/** Bob refuses all of these, his session stays as it is, and then he reads the good message. */
async function refusesAll(alice, bob, good, text, bad) {
  const remote = alice.address;
  const stored = async () => (await bob.call("export_session", { remote })).session;
  const before = await stored();
  for (const [message, reason] of bad) await bob.refusesMessage(alice, message, reason);
  assert.equal(await stored(), before);
  assert.equal(await bob.decrypt(alice, good), text);
  await bob.refusesMessage(alice, good, "duplicate");
}

everyPairing((sides) => {
  test("a whisper message without one of its parts, or of version 3", async () => {
    const [alice, bob] = await talking(sides);
    const message = await alice.encrypt(bob, "whole");
    const without = (field) => changed(message, whisper, { [field]: null });
    const version3 = changed(message, whisper, {}, VERSION_3);
    const bad = ["ratchet_key", "counter", "previous_counter", "ciphertext", "pq_ratchet"];
    await refusesAll(alice, bob, message, "whole", [
      ...bad.map((field) => [without(field), "damaged"]),
      [changed(message, whisper, { ratchet_key: Buffer.concat([Buffer.from([5]), Buffer.alloc(32)]) }), "damaged"],
      [changed(message, whisper, { pq_ratchet: Buffer.alloc(0) }), "damaged"],
      [version3, "version3"],
    ]);
  });

  test("a prekey message without one of its parts, or of version 3", async () => {
    const [alice, bob] = await beginning(sides);
    const message = await alice.encrypt(bob, "whole");
    const without = (...fields) => changed(message, prekey, Object.fromEntries(fields.map((field) => [field, null])));
    const parts = ["base_key", "identity_key", "message", "signed_pre_key_id", "kyber_pre_key_id", "kyber_ciphertext"];
    await refusesAll(alice, bob, message, "whole", [
      ...parts.map((field) => [without(field), "damaged"]),
      [without("kyber_pre_key_id", "kyber_ciphertext"), "damaged"],
      [without("pre_key_id"), "damaged"],
      [changedInside(message, { pq_ratchet: null }), "damaged"],
      [changedInside(message, { addresses: null }), "damaged"],
      [changed(message, prekey, {}, VERSION_3), "version3"],
      [changed(message, prekey, { kyber_pre_key_id: null, kyber_ciphertext: null }, VERSION_3), "version3"],
      [changed(message, prekey, { pre_key_id: 77 }), "noPreKey"],
      [changed(message, prekey, { signed_pre_key_id: 77 }), "noPreKey"],
      [changed(message, prekey, { kyber_pre_key_id: 77 }), "noPreKey"],
      [changed(message, prekey, { base_key: Buffer.concat([Buffer.from([5]), Buffer.alloc(32)]) }), "damaged"],
    ]);
  });

  test("a message from too far in the future", async () => {
    const [alice, bob] = await talking(sides);
    const message = await alice.encrypt(bob, "now");
    const later = (counter) => [changed(message, whisper, { counter }), "tooFar"];
    await refusesAll(alice, bob, message, "now", [later(25_001), later(0xffff_ffff)]);
  });

  test("a message for somebody else, or under somebody else's name", async () => {
    const [alice, bob] = await beginning(sides);
    const carol = await Person.on(sides[1]);
    const mallory = await Person.on(sides[0]);
    const first = await alice.encrypt(bob, "for bob");
    await carol.refusesMessage(alice, first, "noPreKey");
    await carol.bundle();
    await carol.refusesMessage(alice, first, "damaged");
    await bob.refusesMessage(mallory, first, "damaged");
    assert.equal(await bob.decrypt(alice, first), "for bob");
    await bob.tell(alice, "heard");
    await carol.meet(alice);
    await carol.tell(alice, "me too");
    await alice.tell(carol, "I see");
    const second = await alice.encrypt(bob, "for bob again");
    await carol.refusesMessage(alice, second, "damaged");
    await bob.refusesMessage(mallory, second, "noSession");
    assert.equal(await bob.decrypt(alice, second), "for bob again");
  });

  test("a group message under somebody else's name, in another group, or without one of its parts", async () => {
    const [alice, bob] = [await Person.on(sides[0]), await Person.on(sides[1])];
    const mallory = await Person.on(sides[0]);
    const skdm = await alice.join(DISTRIBUTION, [bob]);
    await mallory.join(DISTRIBUTION, [bob]);
    const { body } = await alice.groupEncrypt(DISTRIBUTION, "from alice");
    await bob.refuses("group_decrypt", { sender: mallory.address, body }, "noSenderKey");
    const other = rebuilt(un64(body), LAYOUTS.senderKey, { distribution_uuid: Buffer.alloc(16, 7) });
    await bob.refuses("group_decrypt", { sender: alice.address, body: b64(other) }, "noSenderKey");
    for (const field of ["distribution_uuid", "chain_id", "iteration", "ciphertext"]) {
      const without = rebuilt(un64(body), LAYOUTS.senderKey, { [field]: null });
      await bob.refuses("group_decrypt", { sender: alice.address, body: b64(without) }, "noMessage");
    }
    for (const field of ["distribution_uuid", "chain_id", "iteration", "chain_key", "signing_key"]) {
      const without = rebuilt(un64(skdm), LAYOUTS.distribution, { [field]: null });
      await bob.refuses("skdm_process", { sender: alice.address, skdm: b64(without) }, "noMessage");
    }
    assert.equal(await bob.groupDecrypt(alice, { body }), "from alice");
    await bob.refuses("group_decrypt", { sender: alice.address, body }, "duplicate");
  });

  test("a sealed message for somebody else", async () => {
    const [alice, bob] = await beginning(sides);
    const carol = await Person.on(sides[1]);
    const { sender_certificate, trust_root_public } = await alice.call("ss_make_certs");
    const request = { remote: bob.address, plaintext: "", sender_certificate };
    const { body } = await alice.call("ss_encrypt", request);
    await carol.refuses("ss_decrypt", { body, trust_root_public }, "sealed");
    await bob.call("ss_decrypt", { body, trust_root_public });
  });
});
