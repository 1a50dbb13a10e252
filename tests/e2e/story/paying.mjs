// They take play money, and Alice pays Bob inside their conversation.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

const SUM = "12.5";
const MEMO = "午餐 & a cup of tea";
/** Digits after the point; more than any token has. */
const DIGITS = 18;

/** Each takes the faucet's gift, once. */
export async function faucet({ alice, bob }) {
  for (const person of [alice, bob]) {
    await person.goes("wallet");
    await person.clicks("faucet-take");
  }
  for (const person of [alice, bob]) {
    await owns(person, "100");
    await person.sees("history-row", { state: "final" });
  }
  await alice.shows("wallet-gift");
}

/** A public payment with a memo; both see it final, and every digit is right. */
export async function paying({ alice, bob }) {
  await alice.opensChat();
  await bob.opensChat();
  const quote = await pay(alice);
  assert.deepEqual([quote.sum, quote.available], [SUM, "100"]);
  assert.equal(quote.total, plus(SUM, quote.fee));

  for (const [person, from] of [[alice, "me"], [bob, "them"]]) {
    await person.sees("message", { from, payment: "final" });
    const card = await person.page.text(at("message", { from, payment: "final" }));
    assert.ok(card.includes(SUM) && card.includes(MEMO), card);
  }
  alice.said.push(MEMO);
  await alice.shows("paid");
  await bob.shows("got-paid");
  await owns(alice, minus("100", quote.total));
  await owns(bob, plus("100", SUM));
  for (const [person, direction] of [[alice, "out"], [bob, "in"]]) {
    await person.goes("wallet");
    await person.sees("history-row", { direction, state: "final" }, direction === "in" ? 2 : 1);
    await person.sees("history-row", {}, 2);
    const [newest] = await person.page.texts(at("history-row"));
    assert.ok(newest.includes(SUM) && newest.includes(MEMO), newest);
    await person.shows(`wallet-${person.name}`);
  }
}

/** The page shows this sum, and the command line says the same. */
export async function owns(person, sum) {
  await person.goes("wallet");
  await person.until(`${sum} ABC`, async () => {
    assert.equal(await person.balance(), sum);
    return true;
  });
  const { tokens } = await person.bcm("balance");
  assert.deepEqual([tokens[0].token, tokens[0].total], ["ABC", sum]);
}

async function pay(person) {
  await person.clicks("composer-pay");
  await person.fills("pay-amount", SUM);
  await person.fills("pay-memo", MEMO);
  await person.shows("pay");
  await person.clicks("pay-next");
  await publicly(person);
  const quote = {};
  for (const part of ["sum", "fee", "total", "available"]) {
    quote[part] = (await person.page.text(at(`pay-${part}`))).replace(/[^\d.]/g, "");
  }
  await person.shows("pay-confirm");
  await person.clicks("pay-confirm");
  await person.seesNo("pay-confirm");
  return quote;
}

/** In the dialog that asks whether it is right: publicly, which needs no proof. */
export async function publicly(person) {
  await person.sees("pay-confirm");
  if (await person.page.count(at("pay-way", { private: "true" }))) await person.clicks("pay-other");
  await person.sees("pay-way", { private: "false" });
}

export function plus(a, b) {
  return decimal(units(a) + units(b));
}

export function minus(a, b) {
  return decimal(units(a) - units(b));
}

function units(text) {
  const [whole, part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(DIGITS, "0"));
}

function decimal(units) {
  const digits = String(units).padStart(DIGITS + 1, "0");
  return `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`.replace(/\.?0+$/, "");
}
