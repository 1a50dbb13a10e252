// The stories that two people and their groups go through, for every pairing of our peer with the
// published library.

import assert from "node:assert/strict";
import { test } from "node:test";
import { b64, txt, un64 } from "./client.mjs";
import { fieldOf, LAYOUTS } from "./support/layout.mjs";
import { everyPairing, Person } from "./support/people.mjs";

const { whisper, prekey } = LAYOUTS;
const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";

/** The same bytes with one bit changed; a negative position counts from the end. */
function spoilt(base64, at) {
  const bytes = un64(base64);
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return b64(bytes);
}

/** The same message with another version in its first byte. */
function ofVersion(message, version) {
  const bytes = un64(message.body);
  bytes[0] = (version << 4) | 4;
  return { ...message, body: b64(bytes) };
}

async function people([first, second]) {
  return [await Person.on(first), await Person.on(second)];
}

/** Two people, each of whom has heard the other. */
async function talking(sides) {
  const [alice, bob] = await people(sides);
  await alice.meet(bob);
  await alice.tell(bob, "hello");
  await bob.tell(alice, "hello yourself");
  return [alice, bob];
}

everyPairing((sides) => {
  test("the first messages arrive in any order, and the one-time prekey is used up", async () => {
    const [alice, bob] = await people(sides);
    await alice.meet(bob);
    const sent = [];
    for (let i = 0; i < 4; i++) sent.push(await alice.encrypt(bob, `a${i}`));
    assert.deepEqual(sent.map((message) => message.type), [3, 3, 3, 3]);
    assert.deepEqual((await bob.call("prekey_status")).one_time_left, [1]);
    assert.equal(await bob.decrypt(alice, sent[2]), "a2");
    const status = await bob.call("prekey_status");
    assert.deepEqual(status.one_time_left, []);
    assert.deepEqual(status.kyber_used, [{ kyber_pre_key_id: 1, signed_pre_key_id: 1 }]);
    assert.equal(await bob.decrypt(alice, sent[0]), "a0");
    await bob.refusesMessage(alice, sent[0], "duplicate");
    const answer = await bob.tell(alice, "b0");
    assert.equal(answer.type, 2);
    assert.equal((await alice.encrypt(bob, "lost")).type, 2);
    assert.equal(await bob.decrypt(alice, sent[3]), "a3");
    assert.equal(await bob.decrypt(alice, sent[1]), "a1");
  });

  test("messages out of order and lost ones do no harm across ratchet steps", async () => {
    const [alice, bob] = await talking(sides);
    const [before, behind] = [[], []];
    for (let i = 0; i < 10; i++) before.push(await alice.encrypt(bob, `before ${i}`));
    assert.equal(await bob.decrypt(alice, before[9]), "before 9");
    await bob.tell(alice, "turn");
    for (let i = 0; i < 10; i++) behind.push(await alice.encrypt(bob, `behind ${i}`));
    for (const i of [5, 0, 9, 2]) assert.equal(await bob.decrypt(alice, behind[i]), `behind ${i}`);
    for (const i of [8, 1, 7, 3]) assert.equal(await bob.decrypt(alice, before[i]), `before ${i}`);
    await bob.refusesMessage(alice, before[8], "duplicate");
    await bob.refusesMessage(alice, behind[5], "duplicate");
  });

  test("a damaged message is refused and costs nothing", async () => {
    const [alice, bob] = await talking(sides);
    const message = await alice.encrypt(bob, "tamper");
    await bob.refusesMessage(alice, { ...message, body: spoilt(message.body, -1) }, "damaged");
    await bob.refusesMessage(alice, { ...message, body: "" }, "tooShort");
    await bob.refusesMessage(alice, { ...message, body: message.body.slice(0, 80) }, "damaged");
    await bob.refusesMessage(alice, ofVersion(message, 2), "oldVersion");
    await bob.refusesMessage(alice, ofVersion(message, 5), "newVersion");
    assert.equal(await bob.decrypt(alice, message), "tamper");
  });

  test("two hundred turns lead through epochs of the post-quantum ratchet", async () => {
    const [alice, bob] = await talking(sides);
    const epochs = new Set();
    for (let i = 0; i < 200; i++) {
      const [from, to] = i % 2 ? [bob, alice] : [alice, bob];
      const { type, body } = await from.tell(to, `turn ${i}`);
      const shown = await from.call("inspect", { type, body });
      if (i % 20 === 0) assert.deepEqual({ ...(await to.call("inspect", { type, body })), id: 0 }, { ...shown, id: 0 });
      const pq = un64(shown.pq_ratchet);
      assert.equal(pq[0], 1, "version of the post-quantum part");
      epochs.add(pq[1]);
    }
    assert.deepEqual([...epochs], [1, 2, 3]);
  });

  test("a session begins without a one-time prekey too", async () => {
    const [alice, bob] = await people(sides);
    const bundle = await bob.bundle({ one_time: false });
    assert.ok(!("pre_key" in bundle) && !("pre_key_id" in bundle));
    await alice.call("process_bundle", { remote: bob.address, bundle });
    const first = await alice.encrypt(bob, "no one-time prekey");
    for (const { peer } of [alice, bob]) {
      const { version, registration_id, pre_key_id, signed_pre_key_id } = await peer.call("inspect", first);
      assert.deepEqual([version, pre_key_id, signed_pre_key_id], [4, null, bundle.signed_pre_key_id]);
      assert.equal(registration_id, alice.identity.registration_id);
    }
    assert.equal(await bob.decrypt(alice, first), "no one-time prekey");
    await bob.tell(alice, "hi");
    // The beginning of a session is good for one session.
    await bob.call("delete_session", { remote: alice.address });
    await bob.refusesMessage(alice, first, "repeatedBeginning");
  });

  test("a bundle that its owner did not sign, or with unusable keys, is refused", async () => {
    const [alice, bob] = await people(sides);
    const bundle = await bob.bundle();
    const refuses = (change, reason) =>
      alice.refuses("process_bundle", { remote: bob.address, bundle: { ...bundle, ...change } }, reason);
    await refuses({ signed_pre_key_signature: spoilt(bundle.signed_pre_key_signature, 3) }, "signature");
    await refuses({ kyber_pre_key_signature: spoilt(bundle.kyber_pre_key_signature, 3) }, "signature");
    await refuses({ kyber_pre_key: null }, "request");
    await refuses({ kyber_pre_key: spoilt(bundle.kyber_pre_key, 0) }, "badKey");
    await refuses({ identity_key: spoilt(bundle.identity_key, 0) }, "badKey");
    await refuses({ pre_key: b64([5, ...new Uint8Array(32)]) }, "badKey");
    await refuses({ pre_key: null }, "request");
    await refuses({ pre_key_id: null }, "request");
    for (const device_id of [0, 128]) await refuses({ device_id }, "request");
    await alice.refuses("encrypt", { remote: bob.address, plaintext: "" }, "noSession");
    await alice.call("process_bundle", { remote: bob.address, bundle });
  });

  test("names in capital letters are bound to the first messages too", async () => {
    const names = ["9D0652A3-DCC3-4D11-975F-74D61598733F", "PNI:796ABEDB-CA4E-4F18-8803-1FDE5B921F9F"];
    const [alice, bob] = [await Person.on(sides[0], { name: names[0] }), await Person.on(sides[1], { name: names[1] })];
    await alice.meet(bob);
    const first = await alice.tell(bob, "hello");
    assert.equal(fieldOf(fieldOf(un64(first.body), prekey, "message"), whisper, "addresses").length, 36);
    await bob.tell(alice, "hello yourself");
  });

  test("whom one has forgotten one knows again by writing or by reading", async () => {
    const [alice, bob] = await talking(sides);
    const mallory = await Person.on(sides[1]);
    const late = await bob.encrypt(alice, "late");
    const again = [() => alice.encrypt(bob, "written"), () => alice.decrypt(bob, late)];
    for (const know of again) {
      await alice.call("forget_identity", { remote: bob.address });
      await know();
      await alice.refuses("process_bundle", { remote: bob.address, bundle: await mallory.bundle() }, "untrusted");
    }
  });

  test("both begin at once, and come together in one session", async () => {
    const [alice, bob] = await people(sides);
    await alice.meet(bob);
    await bob.meet(alice);
    const [one, other] = [await alice.encrypt(bob, "from alice"), await bob.encrypt(alice, "from bob")];
    assert.equal(await bob.decrypt(alice, one), "from alice");
    assert.equal(await alice.decrypt(bob, other), "from bob");
    for (let i = 0; i < 4; i++) {
      await alice.tell(bob, `a${i}`);
      await bob.tell(alice, `b${i}`);
    }
  });

  test("who lost the session begins a new one, and both go on", async () => {
    const [alice, bob] = await talking(sides);
    const late = await bob.encrypt(alice, "in the old session");
    await alice.call("delete_session", { remote: bob.address });
    await alice.refusesMessage(bob, late, "noSession");
    await alice.refuses("encrypt", { remote: bob.address, plaintext: "" }, "noSession");
    assert.equal((await alice.call("session_info", { remote: bob.address })).exists, false);
    await alice.meet(bob);
    await alice.refusesMessage(bob, late, "damaged");
    await alice.tell(bob, "again");
    await bob.tell(alice, "in the new session");
  });

  test("nothing is sent in an archived session, and what arrives in it is read", async () => {
    const [alice, bob] = await talking(sides);
    const late = await bob.encrypt(alice, "still in the archive");
    await alice.call("archive_session", { remote: bob.address });
    const info = await alice.call("session_info", { remote: bob.address });
    assert.deepEqual([info.exists, info.has_current], [true, false]);
    assert.equal(info.remote_registration_id, null);
    await alice.refuses("encrypt", { remote: bob.address, plaintext: "" }, "noSession");
    assert.equal(await alice.decrypt(bob, late), "still in the archive");
    const again = await alice.call("session_info", { remote: bob.address });
    assert.equal(again.remote_registration_id, bob.identity.registration_id);
    await alice.tell(bob, "it is the current one again");
  });

  test("a changed identity is refused until the old one is forgotten", async () => {
    const [alice, bob] = await talking(sides);
    const { address, user } = bob;
    const changed = await Person.on(bob.peer, { ...address, user });
    await alice.refuses("process_bundle", { remote: address, bundle: await changed.bundle() }, "untrusted");
    await changed.meet(alice);
    const message = await changed.encrypt(alice, "it is really me");
    await alice.refusesMessage(changed, message, "untrusted");
    await alice.call("forget_identity", { remote: address });
    assert.equal(await alice.decrypt(changed, message), "it is really me");
    await alice.tell(changed, "I see");
  });

  test("names that are no service ids are not bound to messages", async () => {
    const [alice, bob] = [await Person.on(sides[0], { name: "alice" }), await Person.on(sides[1], { name: "bob" })];
    await alice.meet(bob);
    const first = await alice.tell(bob, "");
    const mallory = await Person.on(sides[0], { name: "mallory" });
    await bob.refusesMessage(mallory, first, "noPreKey");
    await bob.tell(alice, "empty texts are texts");
  });

  test("a session nobody answered in is not used after thirty days", async () => {
    const [alice, bob] = await people(sides);
    const start = 1_700_000_000_000;
    const at = (days) => ({ remote: bob.address, plaintext: "", now_ms: start + days * 86_400_000 });
    await alice.call("process_bundle", { remote: bob.address, bundle: await bob.bundle(), now_ms: start });
    await alice.call("encrypt", at(29));
    await alice.refuses("encrypt", at(31), "noSession");
  });

  test("a group reads its sender in any order, and late joiners what comes after them", async () => {
    const [alice, bob] = await people(sides);
    const carol = await Person.on(sides[0], { device_id: 3 });
    await bob.refuses("group_encrypt", { distribution_id: DISTRIBUTION, plaintext: "" }, "noSenderKey");
    await alice.join(DISTRIBUTION, [bob]);
    const sent = [];
    for (let i = 0; i < 12; i++) sent.push(await alice.groupEncrypt(DISTRIBUTION, `g${i}`));
    assert.equal(sent[0].type, 7);
    for (const i of [3, 0, 11, 7]) assert.equal(await bob.groupDecrypt(alice, sent[i]), `g${i}`);
    const read = (reader, message, reason) =>
      reader.refuses("group_decrypt", { sender: alice.address, body: message.body }, reason);
    await read(bob, sent[3], "duplicate");
    await read(carol, sent[3], "noSenderKey");
    await read(bob, { body: spoilt(sent[4].body, -1) }, "signature");
    const late = await alice.join(DISTRIBUTION, [carol]);
    for (const { peer } of [alice, bob]) {
      assert.equal((await peer.call("inspect", { type: "skdm", body: late })).iteration, 12);
      const shown = await peer.call("inspect", { type: 7, body: sent[5].body });
      assert.deepEqual([shown.distribution_id, shown.iteration], [DISTRIBUTION, 5]);
    }
    await read(carol, sent[5], "duplicate");
    const last = await alice.groupEncrypt(DISTRIBUTION, "g12");
    assert.equal(await carol.groupDecrypt(alice, last), "g12");
    assert.equal(await bob.groupDecrypt(alice, last), "g12");
    assert.equal(await bob.groupDecrypt(alice, sent[4]), "g4");
  });

  test("who left a group cannot read on once its sender made a new key", async () => {
    const [alice, bob] = await people(sides);
    const carol = await Person.on(sides[1]);
    await alice.join(DISTRIBUTION, [bob, carol]);
    const before = await alice.groupEncrypt(DISTRIBUTION, "with carol");
    await alice.call("group_reset", { sender: alice.address, distribution_id: DISTRIBUTION });
    await alice.join(DISTRIBUTION, [bob]);
    const behind = await alice.groupEncrypt(DISTRIBUTION, "without carol");
    assert.equal(await bob.groupDecrypt(alice, behind), "without carol");
    assert.equal(await bob.groupDecrypt(alice, before), "with carol");
    assert.equal(await carol.groupDecrypt(alice, before), "with carol");
    const { body } = behind;
    await carol.refuses("group_decrypt", { sender: alice.address, body }, "noSenderKey");
  });

  test("both see the same safety number and scan each other", async () => {
    const [alice, bob] = await people(sides);
    const number = (me, other, more = {}) =>
      me.call("fingerprint", {
        local_id: b64(me.address.name),
        local_key: me.identity.identity_public,
        remote_id: b64(other.address.name),
        remote_key: other.identity.identity_public,
        ...more,
      });
    const [ours, theirs] = [await number(alice, bob), await number(bob, alice)];
    assert.match(ours.display, /^\d{60}$/);
    assert.equal(ours.display, theirs.display);
    for (const { peer } of [alice, bob]) {
      const match = async (one, other) =>
        (await peer.call("compare_scannable", { ours: one.scannable, theirs: other.scannable })).match;
      assert.equal(await match(ours, theirs), true);
      assert.equal(await match(ours, ours), false);
      const old = await number(bob, alice, { version: 1 });
      const reply = await peer.raw("compare_scannable", { ours: ours.scannable, theirs: old.scannable });
      assert.match(reply.error.message, /fingerprint version number mismatch/);
    }
  });

  test("signatures hold on the other side, and only for what was signed", async () => {
    const [alice, bob] = await people(sides);
    const { identity_public: public_key } = alice.identity;
    const { signature } = await alice.call("sign", { message: b64("hello") });
    const valid = async (more) =>
      (await bob.call("verify", { public_key, message: b64("hello"), signature, ...more })).valid;
    assert.equal(await valid({}), true);
    assert.equal(await valid({ message: b64("hellp") }), false);
    assert.equal(await valid({ public_key: bob.identity.identity_public }), false);
    assert.equal(await valid({ signature: spoilt(signature, -1) }), false);
    assert.equal(await valid({ signature: "" }), false);
    const other = bob.identity.identity_public;
    const alternate = (await alice.call("sign_alternate_identity", { other })).signature;
    const check = { public_key, other, signature: alternate };
    assert.equal((await bob.call("verify_alternate_identity", check)).valid, true);
    const crossed = { ...check, public_key: other, other: public_key };
    assert.equal((await bob.call("verify_alternate_identity", crossed)).valid, false);
  });

  test("keys mean the same on both sides", async () => {
    const [alice, bob] = await people(sides);
    const [one, other] = [await alice.call("generate_keypair"), await bob.call("generate_keypair")];
    const { public_key } = await bob.call("public_of", { private_key: one.private_key });
    assert.equal(public_key, one.public_key);
    const agree = async (person, mine, yours) =>
      (await person.call("agree", { private_key: mine.private_key, public_key: yours.public_key })).shared;
    assert.equal(await agree(alice, one, other), await agree(bob, other, one));
    const zero = { public_key: b64([5, ...new Uint8Array(32)]) };
    for (const person of [alice, bob]) {
      await person.refuses("agree", { private_key: one.private_key, ...zero }, "badKey");
      const { kyber_pre_key } = await bob.bundle();
      const { serialized } = await person.call("kem_check_public", { kem_public: kyber_pre_key });
      assert.equal(serialized, kyber_pre_key);
      await person.refuses("kem_check_public", { kem_public: spoilt(kyber_pre_key, 0) }, "badKey");
    }
  });

  test("prekeys move from one side to the other", async () => {
    const [alice, bob] = await people(sides);
    const { bundle, secrets } = await bob.call("publish_bundle", { with_private: true, kyber_one_time: true });
    const moved = await Person.on(sides[0], { ...bob.identity, user: "bob, moved" });
    await moved.call("import_prekeys", { ...bundle, ...secrets });
    await alice.call("process_bundle", { remote: bob.address, bundle });
    const first = await alice.encrypt(bob, "to either of you");
    assert.equal(await moved.decrypt(alice, first), "to either of you");
    assert.equal(await bob.decrypt(alice, first), "to either of you");
    assert.deepEqual((await bob.call("prekey_status")).kyber, []);
    assert.deepEqual((await moved.call("prekey_status")).one_time_left, []);
  });

  test("a sealed message shows its sender to its reader alone", async () => {
    const [alice, bob] = await people(sides);
    await alice.meet(bob);
    const { sender_certificate, trust_root_public } = await alice.call("ss_make_certs");
    const seal = async (text) =>
      (await alice.call("ss_encrypt", { remote: bob.address, plaintext: b64(text), sender_certificate })).body;
    const body = await seal("sealed");
    await bob.refuses("ss_decrypt", { body: spoilt(body, -1), trust_root_public }, "sealed");
    const stranger = (await bob.call("ss_make_certs")).trust_root_public;
    await bob.refuses("ss_decrypt", { body, trust_root_public: stranger }, "certificate");
    const late = { body, trust_root_public, timestamp: 4_102_444_800_001 };
    await bob.refuses("ss_decrypt", late, "certificate");
    await bob.refuses("ss_decrypt", { body, trust_root_public, local_uuid: alice.address.name }, "ownMessage");
    const opened = await bob.call("ss_decrypt", { body, trust_root_public });
    assert.equal(txt(opened.plaintext), "sealed");
    assert.deepEqual([opened.sender_uuid, opened.sender_device], [alice.address.name, 1]);
    await bob.refuses("ss_decrypt", { body, trust_root_public }, "duplicate");
    assert.ok(!un64(body).includes(un64(alice.identity.identity_public)));
  });

  test("a message sealed for many is read by each", async () => {
    const [alice, bob] = await people(sides);
    await alice.meet(bob);
    await alice.join(DISTRIBUTION, [bob]);
    const { sender_certificate } = await alice.call("ss_make_certs");
    const { sent } = await alice.call("ss_group_encrypt", {
      distribution_id: DISTRIBUTION,
      plaintext: b64("sealed group"),
      sender_certificate,
      recipients: [bob.address],
      group_id: b64("group"),
    });
    for (const { peer } of [alice, bob]) {
      const { body } = await peer.call("ss_group_single", { sent });
      const opened = await bob.call("ss_open_usmc", { body });
      assert.deepEqual([opened.type, opened.content_hint, txt(opened.group_id)], [7, 2, "group"]);
      assert.equal(opened.sender_certificate, sender_certificate);
      if (peer === bob.peer) assert.equal(await bob.groupDecrypt(alice, { body: opened.contents }), "sealed group");
    }
  });

  test("bad requests are answered, and the peer goes on", async () => {
    const [alice, bob] = await people(sides);
    for (const person of [alice, bob]) {
      const { raw } = person.peer;
      const answers = [
        await raw("nonsense"),
        await raw("encrypt", { user: "nobody" }),
        await raw("sign", { user: person.user, message: 5 }),
        await raw("decrypt", { user: person.user, remote: alice.address, type: 9, body: "" }),
        await raw("skdm_create", { user: person.user, distribution_id: "nonsense" }),
      ];
      for (const answer of answers) assert.equal(answer.ok, false);
      await person.refuses("create_identity", { name: "q", device_id: 0 }, "address");
      await person.refuses("create_identity", { name: "q", device_id: 128 }, "address");
      await person.call("hello");
    }
  });
});
