// People who write to one another, each played by a peer of one kind or the other.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { b64, startPeer, txt } from "../client.mjs";
import { REFUSALS } from "./refusals.mjs";

/** Who plays the first side and who the second. The last one is the control: it tests the tests. */
export const PAIRINGS = [
  ["ours", "ours"],
  ["ours", "theirs"],
  ["theirs", "ours"],
  ["theirs", "theirs"],
];

/** One pairing alone, as `theirs-theirs`, if the environment asks for it. */
const CHOSEN = PAIRINGS.filter((pairing) => (process.env.BCM_PAIRING ?? pairing.join("-")) === pairing.join("-"));

/** Tells the same stories for every pairing; `stories` gets the two sides. */
export function everyPairing(stories, pairings = CHOSEN) {
  for (const [first, second] of pairings) {
    describe(`${first} with ${second}`, () => {
      const sides = [];
      before(() => sides.push(startPeer(first), startPeer(second)));
      after(() => sides.forEach((side) => side.stop()));
      stories(sides);
    });
  }
}

let made = 0;

/** A service id that nobody had before. */
export const serviceId = () => `9d0652a3-dcc3-4d11-975f-${(++made).toString(16).padStart(12, "0")}`;

/** Somebody with an identity on a peer. */
export class Person {
  /** A fresh one; `more` may fix name, device, registration id and identity. */
  static async on(peer, more = {}) {
    const person = new Person();
    const address = { name: more.name ?? serviceId(), device_id: more.device_id ?? 1 };
    Object.assign(person, { peer, address, user: more.user ?? `${address.name}.${address.device_id}` });
    person.identity = await person.call("create_identity", { ...more, ...address });
    return person;
  }

  raw(cmd, args = {}) {
    return this.peer.raw(cmd, { ...args, user: this.user });
  }

  call(cmd, args = {}) {
    return this.peer.call(cmd, { ...args, user: this.user });
  }

  async bundle(more = {}) {
    return (await this.call("publish_bundle", more)).bundle;
  }

  /** Starts a session with somebody from a fresh bundle. */
  async meet(other, more = {}) {
    await this.call("process_bundle", { remote: other.address, bundle: await other.bundle(more) });
  }

  encrypt(to, text) {
    return this.call("encrypt", { remote: to.address, plaintext: b64(text) });
  }

  async decrypt(from, { type, body }) {
    return txt((await this.call("decrypt", { remote: from.address, type, body })).plaintext);
  }

  /** Writes, and the other reads the same. */
  async tell(to, text) {
    const message = await this.encrypt(to, text);
    assert.equal(await to.decrypt(this, message), text);
    return message;
  }

  groupEncrypt(distribution_id, text) {
    return this.call("group_encrypt", { distribution_id, plaintext: b64(text) });
  }

  async groupDecrypt(from, { body }) {
    return txt((await this.call("group_decrypt", { sender: from.address, body })).plaintext);
  }

  /** Hands out the own sender key at its present position. */
  async join(distribution_id, readers) {
    const { skdm } = await this.call("skdm_create", { distribution_id });
    for (const reader of readers) await reader.call("skdm_process", { sender: this.address, skdm });
    return skdm;
  }

  /** A request must be refused, for one of the reasons that both peers know. */
  async refuses(cmd, args, reason) {
    const reply = await this.raw(cmd, args);
    assert.equal(reply.ok, false, `${cmd} must be refused as ${reason}`);
    expectRefusal(this.peer, reply, reason);
  }

  async refusesMessage(from, { type, body }, reason) {
    await this.refuses("decrypt", { remote: from.address, type, body }, reason);
  }
}

/** The reason is told by ours in its code, by both in words. */
export function expectRefusal(peer, reply, reason) {
  const { code, says } = REFUSALS[reason];
  const { error } = reply;
  if (peer.kind === "ours") assert.equal(error.code, code, JSON.stringify(error));
  assert.match(`${error.code} ${error.message}`, says);
}
