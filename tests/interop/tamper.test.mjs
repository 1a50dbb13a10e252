// Every bit of every kind of message, changed once: ours refuses it and changes nothing, or reads the
// same as before. The published library must say the same of every bit.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { b64, startPeer, un64 } from "./client.mjs";
import { bitNames, fieldOf, LAYOUTS, rebuilt } from "./support/layout.mjs";
import { Person } from "./support/people.mjs";
import { acceptedBits, byField, flipped } from "./tamper/flips.mjs";

const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";

/**
 * Bits that may change in each kind of message. Nothing else guards a wrapper's number of the
 * sender's installation, nor, once its session exists, how that began. A changed tag makes a field an
 * unknown one, or one that another follows and replaces.
 */
const OPEN = {
  whisper: {},
  beginning: {
    "version, low half": "all",
    "registration_id, tag": 2,
    registration_id: 14,
  },
  known: {
    "version, low half": "all",
    "pre_key_id, tag": 2,
    pre_key_id: 7,
    "registration_id, tag": 3,
    registration_id: 14,
    signed_pre_key_id: 7,
    kyber_pre_key_id: 7,
    kyber_ciphertext: "all",
  },
  group: {},
  // Bits of a number beyond its 32, and of a coordinate beyond its 255.
  senderKey: { "version, low half": "all", chain_id: 3, signing_key: 1 },
  // Readers take version 0 for version 1.
  sealed1: { "version, low half": "all", "version, high half": 1 },
  sealed2: { "version, low half": "all" },
};

/**
 * Where ours is stricter. The library looks at a Kyber ciphertext only to begin a session with it; ours
 * refuses what is no Kyber ciphertext wherever it stands. (A shorter one is as good as always refused
 * by both, because its last bytes would have to be fields.)
 */
const STRICTER = ["kyber_ciphertext, type", "kyber_ciphertext, length"];

let ours, theirs;
before(() => ([ours, theirs] = [startPeer("ours"), startPeer("theirs")]));
after(() => [ours, theirs].forEach((peer) => peer.stop()));

/** Bob twice, once on each peer, with the same keys; and Alice, who has his bundle. */
async function clones() {
  const alice = await Person.on(theirs, { registration_id: 5000 });
  const bob = await Person.on(ours, { device_id: 2 });
  const { bundle, secrets } = await bob.call("publish_bundle", { with_private: true });
  const keys = { ...bundle, ...secrets };
  const other = await Person.on(theirs, { ...bob.identity, user: `${bob.user} again` });
  await other.call("import_prekeys", keys);
  await alice.call("process_bundle", { remote: bob.address, bundle });
  return { alice, bobs: [bob, other], keys };
}

/** Reads messages from Alice in the session that exists. */
async function sessionReader(person, alice, type) {
  const remote = alice.address;
  const { session } = await person.call("export_session", { remote });
  return {
    person,
    read: (body) => ["decrypt", { remote, type, body }],
    state: [["export_session", { remote }], ["prekey_status"]],
    restore: [["import_session", { remote, session }]],
  };
}

/** Asserts which fields are open to changes, and that the library says the same of each bit. */
async function check(readers, base64, layout, expected) {
  const body = un64(base64);
  const names = bitNames(body, layout);
  assert.equal(names.length, 8 * body.length);
  const [byOurs, byTheirs] = await Promise.all(readers.map((reader) => acceptedBits(reader, body, [...names.keys()])));
  assert.deepEqual(byField(names, byOurs), expected);
  const named = (bits) => bits.map((bit) => `${bit}: ${names[bit]}`);
  assert.deepEqual(named(byTheirs.filter((bit) => !STRICTER.includes(names[bit]))), named(byOurs));
}

test("a whisper message", async () => {
  for (const peer of [ours, theirs]) {
    const [alice, bob] = [await Person.on(theirs), await Person.on(peer)];
    await alice.meet(bob);
    await alice.tell(bob, "hello");
    await bob.tell(alice, "hello yourself");
    const { type, body } = await alice.encrypt(bob, "whisper");
    const names = bitNames(un64(body), LAYOUTS.whisper);
    const accepted = await acceptedBits(await sessionReader(bob, alice, type), un64(body), [...names.keys()]);
    assert.deepEqual(byField(names, accepted), OPEN.whisper);
  }
});

test("a prekey message that begins a session", async () => {
  const { alice, bobs, keys } = await clones();
  const { type, body } = await alice.encrypt(bobs[0], "first");
  const remote = alice.address;
  const readers = bobs.map((person) => ({
    person,
    read: (body) => ["decrypt", { remote, type, body }],
    state: [["export_session", { remote }], ["prekey_status"]],
    restore: [["create_identity", person.identity], ["import_prekeys", keys]],
  }));
  await check(readers, body, LAYOUTS.prekey, OPEN.beginning);
});

test("a prekey message of a session that exists", async () => {
  const { alice, bobs } = await clones();
  const first = await alice.encrypt(bobs[0], "first");
  const { type, body } = await alice.encrypt(bobs[0], "second");
  for (const bob of bobs) await bob.decrypt(alice, first);
  const readers = await Promise.all(bobs.map((bob) => sessionReader(bob, alice, type)));
  await check(readers, body, LAYOUTS.prekey, OPEN.known);
});

test("a field that nobody knows, in a wrapper and inside", async () => {
  const { alice, bobs } = await clones();
  const unknown = Buffer.from([0x7a, 1, 0]);
  const { type, body } = await alice.encrypt(bobs[0], "first");
  const inside = fieldOf(un64(body), LAYOUTS.prekey, "message");
  const behind = Buffer.concat([inside.subarray(0, -8), unknown, inside.subarray(-8)]);
  const spoilt = b64(rebuilt(un64(body), LAYOUTS.prekey, { message: behind }));
  for (const bob of bobs) {
    await bob.refusesMessage(alice, { type, body: spoilt }, "damaged");
    assert.equal(await bob.decrypt(alice, { type, body: b64(Buffer.concat([un64(body), unknown])) }), "first");
  }
});

/** Alice writes to a group that has a reader on each peer. */
async function group() {
  let alice, skdm;
  // One whose chain's number takes five bytes, as most do, so that the bits can be counted.
  do {
    alice = await Person.on(theirs);
    skdm = await alice.join(DISTRIBUTION, []);
  } while ((await theirs.call("inspect", { type: "skdm", body: skdm })).chain_id < 2 ** 28);
  const { body } = await alice.groupEncrypt(DISTRIBUTION, "to all");
  const readers = [await Person.on(ours), await Person.on(theirs)];
  const sender = alice.address;
  const reset = ["group_reset", { sender, distribution_id: DISTRIBUTION }];
  return { sender, skdm, body, readers, reset };
}

test("a group message", async () => {
  const { sender, skdm, body, readers, reset } = await group();
  const read = (body) => ["group_decrypt", { sender, body }];
  const restore = [reset, ["skdm_process", { sender, skdm }]];
  await check(readers.map((person) => ({ person, read, state: [], restore })), body, LAYOUTS.senderKey, OPEN.group);
});

// Nothing guards a sender key but the session in which it is sent; group messages are signed and have
// no MAC. So a wrong chain key can give a wrong text, and it gives the same one to both.
test("a sender key, by what is read with it", async () => {
  const { sender, skdm, body, readers, reset } = await group();
  const names = bitNames(un64(skdm), LAYOUTS.distribution);
  const bits = [...names.keys()];
  const outcomes = (person) =>
    Promise.all(
      bits.map(async (bit) => {
        person.raw(...reset);
        person.raw("skdm_process", { sender, skdm: b64(flipped(un64(skdm), bit)) });
        return (await person.raw("group_decrypt", { sender, body })).plaintext ?? "refused";
      }),
    );
  const [byOurs, byTheirs] = await Promise.all(readers.map(outcomes));
  assert.deepEqual(byOurs, byTheirs);
  const same = bits.filter((bit) => byOurs[bit] === b64("to all"));
  assert.deepEqual(byField(names, same), OPEN.senderKey);
  const wrong = bits.filter((bit) => byOurs[bit] !== "refused" && !same.includes(bit));
  assert.deepEqual(wrong.filter((bit) => names[bit] !== "chain_key"), []);
});

/** Opens sealed messages, which changes nothing. */
const opener = (person) => ({
  person,
  read: (body) => ["ss_open_usmc", { body }],
  result: ({ contents, sender_certificate, type }) => [contents, sender_certificate, type],
  state: [],
  restore: [],
});

test("a sealed message, version 1", async () => {
  const { alice, bobs } = await clones();
  const { sender_certificate } = await alice.call("ss_make_certs");
  const request = { remote: bobs[0].address, plaintext: b64("sealed"), sender_certificate };
  const { body } = await alice.call("ss_encrypt", request);
  await check(bobs.map(opener), body, LAYOUTS.sealed1, OPEN.sealed1);
});

test("a sealed message, version 2", async () => {
  const { alice, bobs } = await clones();
  await alice.join(DISTRIBUTION, []);
  const { sender_certificate } = await alice.call("ss_make_certs");
  const request = { distribution_id: DISTRIBUTION, plaintext: b64("sealed"), sender_certificate };
  const { sent } = await alice.call("ss_group_encrypt", { ...request, recipients: [bobs[0].address] });
  const { body } = await ours.call("ss_group_single", { sent });
  await check(bobs.map(opener), body, LAYOUTS.sealed2, OPEN.sealed2);
});
