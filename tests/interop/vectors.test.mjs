// Plays the recorded vectors to a fresh peer of each kind: Bob is rebuilt from the private keys in
// the file, nothing else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startPeer } from "./client.mjs";
import { expectRefusal } from "./support/people.mjs";

const vectors = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url)));

/** The reply is what was recorded: this plaintext, or the refusal of a repeat. */
function expectOutcome(peer, reply, { plaintext }, expected) {
  if (expected === "plaintext") assert.equal(reply.plaintext, plaintext);
  else expectRefusal(peer, reply, expected);
}

for (const kind of ["ours", "theirs"]) {
  describe(kind, () => {
    let peer;
    before(() => (peer = startPeer(kind)));
    after(() => peer.stop());

    test("signatures, agreements and alternate identities", async () => {
      for (const vector of vectors.xeddsa) assert.equal((await peer.call("verify", vector)).valid, vector.valid);
      for (const vector of vectors.x25519) assert.equal((await peer.call("agree", vector)).shared, vector.shared);
      for (const { private_key, public_key } of vectors.keys) {
        assert.equal((await peer.call("public_of", { private_key })).public_key, public_key);
      }
      const { identity_public: public_key, other_public: other, signature } = vectors.alternate_identity;
      assert.equal((await peer.call("verify_alternate_identity", { public_key, other, signature })).valid, true);
    });

    test("safety numbers", async () => {
      for (const vector of vectors.fingerprints) {
        const { display, scannable } = await peer.call("fingerprint", vector);
        assert.deepEqual([display, scannable], [vector.display, vector.scannable]);
        const both = { ours: scannable, theirs: vector.scannable_of_other_side };
        assert.equal((await peer.call("compare_scannable", both)).match, true);
      }
    });

    test("recorded sessions decrypt from the private keys alone", async () => {
      for (const { name: user, alice, bob, bundle, bob_prekey_secrets, messages, deliver } of vectors.sessions) {
        await peer.call("create_identity", { user, ...bob });
        await peer.call("import_prekeys", { user, ...bundle, ...bob_prekey_secrets });
        for (const { n, expect } of deliver) {
          const { type, body } = messages[n];
          expectOutcome(peer, await peer.raw("decrypt", { user, remote: alice, type, body }), messages[n], expect);
        }
      }
    });

    test("sender keys from the start and for a late joiner", async () => {
      const { sender, messages, bad_signature, ...recorded } = vectors.sender_keys;
      for (const [skdm, deliver] of [
        [recorded.skdm, recorded.deliver_from_start],
        [recorded.skdm_at_9, recorded.deliver_from_9],
      ]) {
        await peer.call("create_identity", { user: "reader", name: "reader" });
        await peer.call("skdm_process", { user: "reader", sender, skdm });
        for (const { n, expect } of deliver) {
          const { body } = messages[n];
          const reply = await peer.raw("group_decrypt", { user: "reader", sender, body });
          expectOutcome(peer, reply, messages[n], expect);
        }
        const reply = await peer.raw("group_decrypt", { user: "reader", sender, body: bad_signature });
        assert.equal(reply.ok, false);
      }
    });

    test("sealed messages of both versions", async () => {
      const { recipient, v1, v2 } = vectors.sealed_sender;
      await peer.call("create_identity", { user: "recipient", ...recipient });
      for (const [body, usmc] of [[v1.body, v1.usmc], [v2.received, v2.usmc]]) {
        const opened = await peer.call("ss_open_usmc", { user: "recipient", body });
        for (const [name, value] of Object.entries(usmc)) assert.deepEqual(opened[name], value, name);
      }
    });
  });
}
