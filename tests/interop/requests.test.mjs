// Our peer answers every line, whatever stands in it, and goes on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { b64, startPeer, un64 } from "./client.mjs";
import { Person } from "./support/people.mjs";
import { Random } from "./support/random.mjs";

const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
/** What may stand where something else is expected. */
const NONSENSE = [null, true, -1, 0, 1.5, 2 ** 53, "", "nonsense", "AAAA", b64(Buffer.alloc(4000)), [], [1], {}, { name: 1 }];

let peer;
before(() => (peer = startPeer("ours")));
after(() => peer.stop());

test("lines that are no requests", async () => {
  for (const line of ["nonsense", "{", "[]", "5", '"text"', "null", "{}", '{"cmd":5}', "\u0000", "[".repeat(1000)]) {
    const reply = await peer.send(line, undefined);
    assert.deepEqual([reply.ok, reply.error.name], [false, "BadRequest"], line.slice(0, 20));
  }
  const reply = await peer.send('{"id":"any","cmd":"hello","more":[]}\r', "any");
  assert.equal(reply.ok, true);
});

/** A good request of every command that takes something. */
async function goodRequests() {
  const [alice, bob] = [await Person.on(peer), await Person.on(peer)];
  await alice.meet(bob);
  const first = await alice.tell(bob, "first");
  const whisper = await bob.encrypt(alice, "whisper");
  const skdm = await alice.join(DISTRIBUTION, [bob]);
  const { body } = await alice.groupEncrypt(DISTRIBUTION, "group");
  const { sender_certificate, trust_root_public } = await alice.call("ss_make_certs");
  const [remote, other] = [bob.address, alice.address];
  const plaintext = b64("text");
  const { bundle, secrets } = await bob.call("publish_bundle", { with_private: true });
  const { session } = await alice.call("export_session", { remote });
  const { private_key, public_key } = await peer.call("generate_keypair");
  const { signature } = await peer.call("sign", { message: plaintext, private_key });
  const sealed = await alice.call("ss_encrypt", { remote, plaintext, sender_certificate });
  const group = { distribution_id: DISTRIBUTION, plaintext };
  const many = { ...group, sender_certificate, recipients: [remote], group_id: plaintext };
  const { sent } = await alice.call("ss_group_encrypt", many);
  const numbers = { local_id: plaintext, local_key: public_key, remote_id: plaintext, remote_key: public_key };
  const { scannable } = await peer.call("fingerprint", { ...numbers, version: 2, iterations: 2 });
  const [asAlice, asBob] = [{ user: alice.user }, { user: bob.user }];
  return [
    ["create_identity", { user: "new", ...remote, registration_id: 5, identity_private: private_key }],
    ["publish_bundle", { ...asBob, one_time: true, pre_key_id: 9, signed_pre_key_id: 9, kyber_pre_key_id: 9 }],
    ["import_prekeys", { ...asBob, ...bundle, ...secrets }],
    ["process_bundle", { ...asAlice, remote, bundle, now_ms: 5 }],
    ["encrypt", { ...asAlice, remote, plaintext, now_ms: 5 }],
    ["decrypt", { ...asBob, remote: other, type: 3, body: first.body }],
    ["decrypt", { ...asAlice, remote, type: 2, body: whisper.body }],
    ["inspect", { type: 2, body: whisper.body }],
    ["inspect", { type: 3, body: first.body }],
    ["inspect", { type: 7, body }],
    ["inspect", { type: "skdm", body: skdm }],
    ["import_session", { ...asAlice, remote, session }],
    ["archive_session", { user: "new", remote }],
    ["skdm_process", { ...asBob, sender: other, skdm }],
    ["group_encrypt", { ...asAlice, ...group }],
    ["group_decrypt", { ...asBob, sender: other, body }],
    ["fingerprint", { ...numbers, version: 2, iterations: 2 }],
    ["compare_scannable", { ours: scannable, theirs: scannable }],
    ["agree", { private_key, public_key }],
    ["sign", { message: plaintext, private_key }],
    ["verify", { public_key, message: plaintext, signature }],
    ["verify_alternate_identity", { public_key, other: public_key, signature }],
    ["kem_check_public", { kem_public: bundle.kyber_pre_key }],
    ["ss_make_certs", { ...asAlice, sender_uuid: "a", sender_e164: "b", expires: 5, server_key_id: 5 }],
    ["ss_encrypt", { ...asAlice, remote, plaintext, sender_certificate }],
    ["ss_decrypt", { ...asBob, body: sealed.body, trust_root_public, timestamp: 5 }],
    ["ss_group_encrypt", { ...asAlice, ...many }],
    ["ss_group_single", { sent }],
    ["ss_open_usmc", { ...asBob, body: sealed.body }],
  ];
}

test("requests with a field that is missing, of another kind or damaged", async () => {
  const random = new Random(1);
  let refused = 0;
  for (const [cmd, good] of await goodRequests()) {
    const replies = [];
    for (const [name, value] of Object.entries(good)) {
      for (const other of [undefined, ...NONSENSE]) replies.push(peer.raw(cmd, { ...good, [name]: other }));
      if (typeof value !== "string") continue;
      for (let i = 0; i < 20; i++) {
        const bytes = un64(value);
        for (let n = random.between(1, 3); n > 0 && bytes.length > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
        const cut = random.percent(30) ? random.below(bytes.length + 1) : bytes.length;
        replies.push(peer.raw(cmd, { ...good, [name]: b64(bytes.subarray(0, cut)) }));
      }
    }
    for (const { ok, error } of await Promise.all(replies)) {
      if (ok) continue;
      refused += 1;
      assert.ok(error.name === error.code && error.message.length > 0, cmd);
    }
  }
  assert.ok(refused > 1000, `only ${refused} were refused`);
  await peer.call("hello");
});
