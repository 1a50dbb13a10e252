// One long conversation of two: made up from a seed, played by two peers, held against the model.

import assert from "node:assert/strict";
import { b64, txt, un64 } from "../client.mjs";
import { Lanes } from "../support/lanes.mjs";
import { expectRefusal, Person } from "../support/people.mjs";
import { Random } from "../support/random.mjs";
import { Model } from "./model.mjs";

/** What may happen besides talking, about this often in a conversation. */
const DISRUPTIONS = 8;
/** How many messages one side writes without an answer, once in a conversation; 2,000 are kept. */
const MONOLOGUE = [200, 1500];
/** Messages that are this much older than the newest are lost: both ratchets keep keys for a while only. */
const PATIENCE = 120;
/** Of the messages that were read, these may come once more. */
const REPEATABLE = 40;
/** One in so many messages is looked at for its epoch. */
const LOOKS = 20;

/** A conversation of so many messages; returns what was seen in it. */
export async function talk(sides, seed, count) {
  const random = new Random(seed);
  const people = [await Person.on(sides[0]), await Person.on(sides[1])];
  const talk = new Talk(people, random);
  await talk.run(count);
  return talk.seen;
}

class Talk {
  seen = { messages: 0, plaintexts: 0, repeats: 0, refusals: 0, lost: 0, disruptions: 0, epoch: 0 };
  #model = new Model();
  #lanes = new Lanes();
  /** On their way to each side. */
  #way = [[], []];
  #read = [];

  constructor(people, random) {
    this.people = people;
    this.random = random;
  }

  async run(count) {
    this.#begin(0);
    for (let part = 1; part <= DISRUPTIONS; part++) {
      this.#talkUntil((part * count) / DISRUPTIONS);
      if (part < DISRUPTIONS) this.#disrupt();
    }
    this.#monologue();
    this.#talkUntil(this.seen.messages + count / DISRUPTIONS);
    for (const side of [0, 1]) while (this.#way[side].length > 0) this.#deliver(side);
    await this.#lanes.play();
  }

  #talkUntil(count) {
    while (this.seen.messages < count) this.#turn(this.random.below(2));
  }

  /** One side writes very much; the last one arrives first, and then half of the others in any order. */
  #monologue() {
    const side = this.random.below(2);
    if (!this.#model.hasSession(side)) this.#begin(side);
    const way = this.#way[1 - side];
    this.seen.lost += way.splice(0).length;
    for (let i = this.random.between(...MONOLOGUE); i > 0; i--) this.#write(side);
    this.#receive(way.pop());
    for (let i = way.length >> 1; i > 0; i--) this.#receive(this.random.take(way));
    this.seen.lost += way.splice(0).length;
  }

  /** A side writes some, or reads some of what is on its way. */
  #turn(side) {
    if (!this.#model.hasSession(side) && !this.#model.knowsAny(1 - side)) this.#begin(side);
    if (this.#model.hasSession(side)) for (let i = this.random.between(0, 5); i > 0; i--) this.#write(side);
    for (let i = this.random.between(0, 6); i > 0; i--) this.#deliver(side);
    if (this.random.percent(20)) this.#repeat();
    if (!this.#model.hasSession(side) && this.random.percent(30)) this.#begin(side);
  }

  #disrupt() {
    const { random } = this;
    const side = random.below(2);
    this.seen.disruptions += 1;
    const [loses, archives, again, both] = [0, 1, 2, 3].map((n) => n === this.seen.disruptions % 4);
    if (loses) {
      this.#model.forget(side);
      this.#do(side, "delete_session", { remote: this.people[1 - side].address });
    }
    if (archives && this.#model.knowsAny(side)) {
      this.#model.archive(side);
      this.#do(side, "archive_session", { remote: this.people[1 - side].address });
    }
    if (again) this.#begin(side);
    if (both) [side, 1 - side].forEach((one) => this.#begin(one));
  }

  #do(side, cmd, args) {
    return this.#lanes.add(this.people[side], cmd, args, { check: succeeds });
  }

  /** Starts a session from the other's bundle, with or without a one-time prekey. */
  #begin(side) {
    const oneTime = this.random.percent(70);
    const from = this.#do(1 - side, "publish_bundle", { one_time: oneTime, kyber_one_time: this.random.percent(50) });
    const { address: remote } = this.people[1 - side];
    const args = ({ bundle }) => ({ remote, bundle });
    this.#lanes.add(this.people[side], "process_bundle", args, { from, check: succeeds });
    this.#model.begin(side, oneTime);
  }

  #write(side) {
    const message = this.#model.send(side);
    const text = `${message.id} `.padEnd(this.random.below(300), "x");
    const remote = this.people[1 - side].address;
    const check = (reply) => {
      succeeds(reply);
      assert.equal(reply.type, message.type);
    };
    const sent = this.#lanes.add(this.people[side], "encrypt", { remote, plaintext: b64(text) }, { check });
    this.seen.messages += 1;
    if (this.random.percent(6)) this.seen.lost += 1;
    else this.#way[1 - side].push({ message, text, sent });
  }

  /** Mostly the oldest one arrives, often another, and some never. */
  #deliver(side) {
    const way = this.#way[side];
    if (way.length === 0) return;
    const one = this.random.percent(60) ? way.shift() : this.random.take(way);
    if (one.message.id + PATIENCE < this.seen.messages) this.seen.lost += 1;
    else this.#receive(one);
  }

  #repeat() {
    if (this.#read.length > 0) this.#receive(this.random.pick(this.#read));
  }

  #receive(one) {
    const { message, text, sent } = one;
    const expected = this.#model.receive(message);
    const [reader, writer] = [this.people[message.to], this.people[1 - message.to]];
    const check = (reply) => {
      if (expected !== "plaintext") return expectRefused(reader, reply, expected);
      succeeds(reply);
      return assert.equal(txt(reply.plaintext), text);
    };
    const args = ({ type, body }) => ({ remote: writer.address, type, body });
    this.#lanes.add(reader, "decrypt", args, { from: sent, check });
    if (expected === "plaintext") {
      this.seen.plaintexts += 1;
      this.#read = [...this.#read, one].slice(-REPEATABLE);
      if (message.type === 2 && message.id % LOOKS === 0) this.#look(reader, sent);
    } else {
      this.seen[expected === "duplicate" ? "repeats" : "refusals"] += 1;
    }
  }

  /** Notes the epoch of the post-quantum ratchet that a message names. */
  #look(reader, from) {
    const check = (reply) => {
      succeeds(reply);
      const [version, epoch] = un64(reply.pq_ratchet);
      assert.equal(version, 1);
      this.seen.epoch = Math.max(this.seen.epoch, epoch);
    };
    this.#lanes.add(reader, "inspect", ({ type, body }) => ({ type, body }), { from, check });
  }
}

function succeeds(reply) {
  assert.equal(reply.ok, true, JSON.stringify(reply.error));
}

function expectRefused(reader, reply, reason) {
  assert.equal(reply.ok, false, `must be refused as ${reason}`);
  expectRefusal(reader.peer, reply, reason);
}
