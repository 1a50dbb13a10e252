// Reads a message once for every bit, with that bit changed.

import assert from "node:assert/strict";
import { b64 } from "../client.mjs";

/** Readings that may be on their way at once. */
const AT_ONCE = 128;

/**
 * Which of these bits may change without the message being refused. A reader has
 * - `person`, who reads;
 * - `read(body)`, the request that reads it, as a command with arguments;
 * - `result(reply)`, what it has to answer whatever was changed, the plaintext unless it says so;
 * - `state`, the requests whose answers show all state that reading may change;
 * - `restore`, the requests that bring back the state before.
 * A refused message must leave the state as it was, and an accepted one must say the same.
 */
export async function acceptedBits(reader, body, bits) {
  const result = reader.result ?? (({ plaintext }) => plaintext);
  await send(reader, reader.restore);
  const before = await shown(reader);
  const original = result(await read(reader, body));
  await send(reader, reader.restore);
  assert.equal(await shown(reader), before, "the state can be restored");

  const accepted = [];
  // Whoever accepts much would have to read much again: there, every reading is of a fresh state.
  let careful = false;
  for (let at = 0; at < bits.length; ) {
    const some = bits.slice(at, at + AT_ONCE);
    const tries = await Promise.all(some.map((bit) => attempt(reader, flipped(body, bit), careful)));
    const first = tries.findIndex(({ reply }) => reply.ok);
    const valid = careful || first < 0 ? tries.length : first + 1;
    for (const [index, { reply, after }] of tries.slice(0, valid).entries()) {
      const bit = some[index];
      if (reply.ok) {
        assert.deepEqual(result(reply), original, `bit ${bit} changes what is read`);
        accepted.push(bit);
      } else if (careful) assert.equal(after, before, `bit ${bit}, refused, changes the state`);
    }
    if (careful || first >= 0) await send(reader, reader.restore);
    else assert.equal(await shown(reader), before, `bits from ${some[0]}, refused, change the state`);
    at += valid;
    careful = first >= 0 && first < AT_ONCE / 8;
  }
  assert.deepEqual(result(await read(reader, body)), original, "the message itself is read in the end");
  return accepted;
}

/** The answer to a reading, and the state behind it if that is looked at each time. */
async function attempt(reader, body, careful) {
  const restored = careful ? send(reader, reader.restore) : null;
  const reply = reader.person.raw(...reader.read(b64(body)));
  const after = careful ? shown(reader) : null;
  await restored;
  return { reply: await reply, after: await after };
}

/** The same bytes with one bit changed. */
export function flipped(body, bit) {
  const bytes = Buffer.from(body);
  bytes[bit >> 3] ^= 1 << (bit & 7);
  return bytes;
}

const send = (reader, requests) => Promise.all(requests.map(([cmd, args]) => reader.person.call(cmd, args)));

const read = (reader, body) => reader.person.call(...reader.read(b64(body)));

/** All state, as text. */
async function shown(reader) {
  const answers = await send(reader, reader.state);
  return JSON.stringify(answers.map((answer) => ({ ...answer, id: 0 })));
}

/** How many bits of each field are among these: "all", or a number. */
export function byField(names, bits) {
  const [all, some] = [count(names), count(bits.map((bit) => names[bit]))];
  const share = ([name, number]) => [name, number === all[name] ? "all" : number];
  return Object.fromEntries(Object.entries(some).map(share));
}

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
