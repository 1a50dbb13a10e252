// A group whose members come and go, write at once and hear one another in any order.

import assert from "node:assert/strict";
import { b64, txt } from "../client.mjs";
import { Lanes } from "../support/lanes.mjs";
import { expectRefusal, Person } from "../support/people.mjs";
import { Random } from "../support/random.mjs";

const DISTRIBUTION = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
/** Keys of one sender that a reader keeps. */
const KEYS = 5;
const MEMBERS = 5;
/** Somebody comes or goes about every so many messages. */
const STAY = 40;

/** A group of so many messages; returns what was seen in it. */
export async function group(sides, seed, count) {
  const random = new Random(seed);
  const people = [];
  for (let i = 0; i < MEMBERS + 2; i++) people.push(await Person.on(sides[i % 2], { device_id: 1 + (i % 3) }));
  const group = new Group(people, random);
  await group.run(count);
  return group.seen;
}

class Group {
  seen = { messages: 0, plaintexts: 0, repeats: 0, refusals: 0, comings: 0, goings: 0 };
  #lanes = new Lanes();
  #members = [];
  /** The chain in which each writes: its number, and its next place. */
  #chains = new Map();
  /** What each reader has of each writer: chains, the one last handed out first. */
  #keys = new Map();
  /** Messages on their way, each with its reader. */
  #way = [];
  #read = [];

  constructor(people, random) {
    this.people = people;
    this.random = random;
  }

  async run(count) {
    while (this.#members.length < MEMBERS) this.#come();
    while (this.seen.messages < count) {
      if (this.random.below(STAY) === 0) this.#change();
      this.#write(this.random.pick(this.#members));
      const reads = this.random.between(0, 2 * MEMBERS);
      for (let i = 0; i < reads && this.#way.length > 0; i++) this.#deliver();
    }
    while (this.#way.length > 0) this.#deliver();
    await this.#lanes.play();
  }

  #change() {
    const full = this.#members.length === this.people.length;
    if (full || (this.#members.length > 2 && this.random.percent(50))) this.#go();
    else this.#come();
  }

  /** A newcomer gets everybody's key at its present place, and hands out a new one. */
  #come() {
    const newcomer = this.random.pick(this.people.filter((person) => !this.#members.includes(person)));
    for (const member of this.#members) this.#handOut(member, [newcomer]);
    this.#renew(newcomer, this.#members);
    this.#members.push(newcomer);
    this.seen.comings += 1;
  }

  /** Those who stay make new keys, which who went does not get. */
  #go() {
    this.random.take(this.#members);
    for (const member of this.#members) this.#renew(member, this.#members.filter((other) => other !== member));
    this.seen.goings += 1;
  }

  #renew(writer, readers) {
    const reset = { sender: writer.address, distribution_id: DISTRIBUTION };
    this.#lanes.add(writer, "group_reset", reset, { check: succeeds });
    this.#chains.set(writer, { number: (this.#chains.get(writer)?.number ?? 0) + 1, place: 0 });
    this.#handOut(writer, readers);
  }

  #handOut(writer, readers) {
    const from = this.#lanes.add(writer, "skdm_create", { distribution_id: DISTRIBUTION }, { check: succeeds });
    const { number, place } = this.#chains.get(writer);
    for (const reader of readers) {
      const args = ({ skdm }) => ({ sender: writer.address, skdm });
      this.#lanes.add(reader, "skdm_process", args, { from, check: succeeds });
      const keys = this.#keysOf(reader, writer);
      const known = keys.find((key) => key.number === number);
      const key = known ?? { number, start: place, read: new Set() };
      this.#keys.get(reader).set(writer, [key, ...keys.filter((other) => other !== key)].slice(0, KEYS));
    }
  }

  #keysOf(reader, writer) {
    if (!this.#keys.has(reader)) this.#keys.set(reader, new Map());
    return this.#keys.get(reader).get(writer) ?? [];
  }

  /** A message for everybody, and for who has gone: that one must not be able to read it. */
  #write(writer) {
    const chain = this.#chains.get(writer);
    const text = `${writer.user} ${chain.number} ${chain.place}`;
    const args = { distribution_id: DISTRIBUTION, plaintext: b64(text) };
    const sent = this.#lanes.add(writer, "group_encrypt", args, { check: succeeds });
    const { number, place } = chain;
    chain.place += 1;
    this.seen.messages += 1;
    for (const reader of this.people) {
      if (reader === writer || this.random.percent(10)) continue;
      this.#way.push({ writer, reader, number, place, text, sent });
    }
  }

  #deliver() {
    this.#receive(this.random.percent(70) ? this.#way.shift() : this.random.take(this.#way));
    if (this.#read.length > 0 && this.random.percent(5)) this.#receive(this.random.pick(this.#read));
  }

  #receive(one) {
    const { writer, reader, text, sent } = one;
    const expected = this.#expected(one);
    const check = (reply) => {
      if (expected === "plaintext") {
        succeeds(reply);
        assert.equal(txt(reply.plaintext), text);
      } else {
        assert.equal(reply.ok, false, `must be refused as ${expected}`);
        expectRefusal(reader.peer, reply, expected);
      }
    };
    const args = ({ body }) => ({ sender: writer.address, body });
    this.#lanes.add(reader, "group_decrypt", args, { from: sent, check });
    if (expected === "plaintext") this.#read = [...this.#read, one].slice(-MEMBERS * 10);
    this.seen[{ plaintext: "plaintexts", duplicate: "repeats" }[expected] ?? "refusals"] += 1;
  }

  #expected({ writer, reader, number, place }) {
    const key = this.#keysOf(reader, writer).find((known) => known.number === number);
    if (key === undefined) return "noSenderKey";
    if (place < key.start || key.read.has(place)) return "duplicate";
    key.read.add(place);
    return "plaintext";
  }
}

function succeeds(reply) {
  assert.equal(reply.ok, true, JSON.stringify(reply.error));
}
