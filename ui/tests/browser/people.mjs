// The records that the scripted core answers with: Alice's window on a small world.

import { message } from "./message.mjs";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const hex = (digit, length = 64) => digit.repeat(length);

/** A time so long before noon of today, so that days never depend on the hour of the run. */
function ago(days, minutes) {
  const noon = new Date();
  noon.setHours(12, 0, 0, 0);
  return new Date(noon.getTime() - days * DAY - minutes * MINUTE).toISOString();
}

export const ID = { bob: "b0" + hex("1", 62), carol: "c4" + hex("2", 62), wei: "d7" + hex("3", 62), dave: "e9" + hex("4", 62) };
export const WORDS =
  "able acid also apex aqua arch area army away axis baby back ball band barn base bath beam bean bear bell belt bend best".split(" ");
const ADDRESS = { ecdsa: "A8vN2kQ7yTfL4mWc9ZrXe3bJdHgSuPx5Rt", falcon: "F6mJ8sYqK2vB9nXw4TzGc7LdRhEaUp3Qfy" };

function contact(id, name, state = "ready", standing = "accepted") {
  return { id, name, verified: false, state, standing };
}

const payment = (amount, state) => ({ payment: { tx: hex("f"), amount, token: "ABC", state } });
const LONG = "https://example.org/" + "very-long-path-without-any-break-".repeat(8);

const withBob = [
  message("1", "Bob", ago(2, 90), "Are you coming on Friday?", "received"),
  message("2", "me", ago(2, 84), "Yes, with Carol. Shall we bring something?", "delivered"),
  message("3", "Bob", ago(1, 200), "周五晚上七点，老地方见。", "received"),
  message("4", "Bob", ago(1, 199), "مرحبا! هذا نص من اليمين إلى اليسار (5 ABC).", "received"),
  message("5", "me", ago(1, 150), `Look:\n${LONG}`, "delivered"),
  message("6", "me", ago(0, 60), "Pizza tonight?", "delivered"),
  message("7", "Bob", ago(0, 58), "Yes! 5 each?", "received"),
  message("8", "me", ago(0, 55), "my half", "delivered", payment("5", "final")),
  message("9", "Bob", ago(0, 40), "for the drinks", "received", payment("2.25", "submitted")),
  message("a", "me", ago(0, 20), "", "sent", payment("1234567.891", "expired")),
  message("b", "me", ago(0, 12), "This one did not get through.", "failed"),
  message("c", "me", ago(0, 9), "Nearly there", "sent"),
  message("d", "me", ago(0, 1), "And one more", "queued"),
];
const tomorrow = new Date(Date.now() + DAY).toISOString();
function envelope(id, from, text, more) {
  return {
    id: hex(id), contact: "Bob", from, text, total: "10", left: "10", shares: 1, lucky: false, claimed: [],
    state: "open", expires: tomorrow, share: from === "me" ? "none" : "unclaimed", got: null, to_pool: false, key_shared: false, ...more,
  };
}
const brings = (id, from, minutes, one) => message(id, from, ago(0, minutes), one.text, "delivered", { envelope: one });
const took = (who, amount) => ({ who, amount });
/** Red envelopes in every state. */
export const withEnvelopes = [
  brings("21", "me", 50, envelope("1", "me", "For the drinks", { state: "done", left: "0", claimed: [took("Bob", "9.998304")] })),
  brings("22", "me", 45, envelope("2", "me", "", { state: "refunded", shares: 3, left: "4.5", claimed: [took("Bob", "2.25"), took(null, "3.24661")], share: "missed" })),
  brings("23", "me", 40, envelope("3", "me", "新年快乐，大吉大利，万事如意，恭喜发财！", { state: "queued", lucky: true, shares: 8, share: "unclaimed" })),
  brings("24", "Bob", 30, envelope("4", "Bob", "Thanks for everything", { shares: 3, lucky: true, left: "6.8", claimed: [took("me", "3.198304"), took("Bob", null)], share: "got", got: "3.198304", key_shared: true })),
  brings("25", "Bob", 20, envelope("5", "Bob", "Too late", { state: "done", share: "missed", left: "0", claimed: [took("Bob", "9.998304")] })),
  brings("31", "Bob", 18, envelope("8", "Bob", "A little luck", { state: "done", shares: 3, lucky: true, left: "0", claimed: [took("me", "0.0042")], share: "too_small", got: "0.0042", to_pool: true })),
  brings("32", "Bob", 16, envelope("9", "Bob", "More luck", { state: "done", left: "0", claimed: [took("me", "9.998346")], share: "collecting", got: "9.998346", to_pool: true })),
  brings("26", "Bob", 2, envelope("6", "Bob", "Happy birthday!", {})),
];
const withWei = [message("1", "小薇", ago(0, 30), "晚上一起吃饭吗？我请客。", "received")];
const withDave = [message("1", "Dave\u202e", ago(0, 5), "Hello, do you remember me?", "received")];

export const conversations = { [ID.bob]: withBob, [ID.wei]: withWei, [ID.dave]: withDave, [ID.carol]: [] };

const chat = (one, unread) => ({ contact: one, unread, last: conversations[one.id].at(-1) ?? null });

export const chats = [
  chat(contact(ID.dave, "Dave\u202e", "ready", "request"), 1),
  chat(contact(ID.bob, "Bob"), 0),
  chat(contact(ID.wei, "小薇"), 120),
  chat(contact(ID.carol, "Carol with a name that is much too long for any list", "new"), 0),
];

export const account = {
  account: { id: "a1" + hex("0", 62), name: "Alice", addresses: ADDRESS, chain: hex("7") },
  protection: "file",
  words_confirmed: false,
  review_only: false,
};

export const status = {
  profile: "open",
  account,
  connection: "online",
  trouble: null,
  network_known: true,
  faucet: true,
  version: "0.3.0",
};

const token = (name, total, pending, hidden = "0") => ({ token: name, total, transparent: total, private: hidden, pending });
export const balance = {
  tokens: [token("ABC", "1094.998932", "5.001", "12.480872"), token("ABIT", "0", "0")],
  addresses: [
    { address: ADDRESS.ecdsa, kind: "ecdsa", active: true, waiting: "0" },
    { address: ADDRESS.falcon, kind: "falcon", active: false, waiting: "25" },
  ],
  round: 10_297,
  synced: true,
};

export const moves = {
  stage: "ecdsa", from: ADDRESS.ecdsa, to: ADDRESS.falcon, amount: "1094.998932", waiting: "25", abit: "5000", bonded: "0",
  fee: "0.006872", enough: true, since: null, migrate: null, sweep: null,
  private: "5.001", pool: null,
};

export const rotation = { stage: "not_needed", text: null, ready: null, round: 10_300 };
export const rotating = `bcm:rotate?hash=${hex("7")}&chain=${hex("c")}`;
export const commitment = { hash: hex("7"), fee: "0.00098", enough: true, committed: false };

const entry = (tx, time, more) => ({
  tx: hex(tx), time, round: 9000, direction: "in", kind: "pay", token: "ABC", amount: "5", fee: null,
  counterparty: "Bob", memo: null, private: false, state: "final", step: null, ...more,
});
export const history = [
  entry("1", ago(9, 0), { kind: "genesis", amount: "1000", counterparty: null, round: 0 }),
  entry("2", ago(8, 0), { kind: "faucet", amount: "100", counterparty: null }),
  entry("3", ago(2, 0), { counterparty: "小薇", memo: "电影票", amount: "12.5" }),
  entry("4", ago(1, 0), { direction: "out", fee: "0.001068", counterparty: ADDRESS.falcon, amount: "7" }),
  entry("5", ago(0, 55), { direction: "out", fee: "0.001068", memo: "my half" }),
  entry("6", ago(0, 20), { direction: "out", fee: "0.001068", state: "expired", amount: "1234567.891", round: null }),
  entry("7", ago(0, 2), { direction: "out", fee: "0.001068", state: "submitted", amount: "0.5", round: null, elsewhere: true }),
  entry("a", ago(0, 3), { private: true, memo: "for lunch" }),
  entry("8", ago(0, 2), { direction: "out", private: true, state: "cancelled", amount: "3", round: null }),
  entry("9", ago(0, 1), { direction: "out", private: true, state: "submitted", amount: "4.5", round: null, step: "proving" }),
];

export const light = {
  chain: hex("7"), round: 10_297, time: new Date(Date.now() - 4000).toISOString(), genesis_time: ago(9, 0),
  managers: 4, quorum: 3, account_round: 10_290, pool_stop: null, ecdsa_off: null,
  worker: "12D3KooWQ9y7rT4mNcWv3xKfLp8sZb2HdGjAeUkV6iYoRtXqPw5M",
  address: "/ip4/127.0.0.1/udp/40007/quic-v1",
};

const MANAGERS = ["1b6e90c2", "4fd02a7e", "a97c33d1", "e05b18f4"];
const before = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const ROUNDS = 60;

/** A recent round: most are plain; some took a second view, were empty, or have not been looked at. */
function round(index) {
  const empty = index % 17 === 9;
  const unseen = index < 6;
  const view = unseen ? null : index === 30 ? 1 : index === 44 ? 3 : 0;
  return {
    round: 10_238 + index, time: before(ROUNDS - index), view, empty,
    proposer: empty ? null : MANAGERS[index % 4] ?? null,
    signers: unseen ? null : index % 5 === 0 ? 3 : 4, managers: 4,
    gap_ms: index === 0 ? null : view ? 1000 + 900 * view : 1000 + (index % 7) * 60,
  };
}

const vote = (manager, index) => (index < 2 ? "unknown" : (index * 3 + manager * 5) % 11 === 0 ? "absent" : manager === 3 && index < 8 ? "outside" : "signed");
const manager = (name, index) => {
  const votes = Array.from({ length: 30 }, (_, round) => vote(index, round));
  const signed = votes.filter((one) => one === "signed").length + 24;
  return { id: name.repeat(8), name, signed, of: 54, proposed: 1340 - index * 3, votes };
};
const peer = (more) => ({
  id: hex("5"), role: "other", path: "direct", transport: "quic", address: "/ip4/203.0.113.9/udp/40011/quic-v1",
  rtt_ms: 31, since: before(40), received: null, sent: null, note: "asked", ...more,
});

export const explorer = {
  round: 10_297, time: before(4), interval_ms: 1000,
  recent: Array.from({ length: ROUNDS }, (_, index) => round(index)),
  finality: { p50_ms: 142, p99_ms: 480, samples: 256 },
  surveyed: 5400,
  managers: MANAGERS.map(manager),
  checks: {
    stepwise: 311, jumped: 2, filled: 5089, window: 5400, trusted_round: 10_297, trusted_time: before(4),
    period_left_s: 1_209_000, cross_checked: { peers: 2, time: before(50) }, frozen: false, checkpoint: null,
  },
  peers: [
    peer({ id: hex("6"), role: "home", rtt_ms: 12, since: before(600), received: 48_213, sent: 9120, note: "local", address: "/ip4/127.0.0.1/udp/40007/quic-v1" }),
    peer({}),
    peer({ id: hex("8"), path: "relayed", transport: "tcp", rtt_ms: null }),
  ],
  synced: true,
};

const finding = (code, health, ms = null) => ({ code, health, ms, node: null, said: code, advice: health === "good" ? null : code });
export const diagnosis = {
  findings: [
    finding("home_reached", "good"), finding("path_fallback", "fair"), finding("latency_good", "good", 31),
    finding("quic_shut", "fair"), finding("tcp_open", "good", 64), finding("second_reached", "good", 210),
    finding("clock_behind", "bad", 7400), finding("header_fresh", "good", 1400), finding("trust_sound", "good", 1_209_000_000),
  ],
};

export const quote = {
  to: "Bob", address: ADDRESS.ecdsa, amount: "5", token: "ABC", fee: "0.001068", total: "5.001068", available: "1094.998932",
  private: false, top_up: null, carry_over: null, merges: 0, shows: "all", choice: true, verified: false,
};
/** The same, out of the private pool. */
export const privateQuote = {
  ...quote, address: `bcm1${"qytsqrryk3w4sjx3269v89ar38t7lgmkwvz7ltx27hwc5vxgg5pv70xej98plgra4mamccyx6uzs4aueja"}`,
  fee: "0.019128", total: "5.019128", available: "0", private: true, top_up: "10", carry_over: "7", merges: 2, shows: "nothing",
};

const side = (digit) => `CAISIgog${digit.repeat(43)}GiIKI${digit.repeat(44)}=`;
export const safety = { digits: "389115644400959544340631174459525485730257540736183935854113", payload: side("A") };
export const THEIRS = side("B");

export const invite = `bcm:${"AEbBcCdDeEfFgGhHjJkKmMnNpPqQrRsStTuUvVwWxXyYzZ234567".repeat(14)}`;

const wish = (id, minutes, more) => ({
  id: id.repeat(32), tx: hex(id), contact: ID.bob, to: "Bob", token: "ABC", amount: "4.5", memo: "tea", time: ago(0, minutes),
  state: "queued", step: "waiting", since: null, asks: null, ...more,
});
export const pool = { held: "12.5", notes: 3, small: [], small_total: "0", putting_in: null, synced: true };
/** The same, with money that is being put in and notes that are too small to move. */
export const busyPool = {
  held: "12.5", notes: 5, small_total: "0.000034", putting_in: "20", synced: true,
  small: [
    { amount: "0.00003", month: "2026-10", time: ago(20, 0) },
    { amount: "0.000004", month: "2026-11", time: ago(3, 0) },
  ],
};
/** Private payments to Bob, in the scenes that are about them: called off, being proved, and waiting for the pool. */
export const transfers = [];
export const wishes = [
  wish("a", 30, { amount: "3", state: "cancelled", step: null, memo: null }),
  wish("b", 1, { step: "proving", since: new Date(Date.now() - 6000).toISOString() }),
  wish("c", 0, { step: "top_up", amount: "1234567.891", memo: null }),
];
