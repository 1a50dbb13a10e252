// What goes wrong is said where it went wrong, and changes nothing.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";

/** Wrong invites and wrong sums. */
export async function mistakes({ alice }) {
  const before = await everything(alice);
  await alice.opensChat();
  await wrongInvites(alice);
  await wrongSums(alice);
  assert.deepEqual(await everything(alice), before);
}

async function wrongInvites(alice) {
  await alice.clicks("open-add");
  const told = [];
  for (const invite of ["bcm:nonsense", "https://example.org/", alice.invite]) {
    await alice.fills("add-invite", invite);
    await alice.clicks("add-submit");
    told.push(await newError(alice, "add-error", told));
    await alice.sees("add-invite");
  }
  await alice.shows("wrong-invite");
  // Nonsense is nonsense; one's own invite is another mistake.
  assert.equal(new Set(told).size, 2);
  await alice.clicks("add-close");
  await alice.seesNo("add-invite");
}

async function wrongSums(alice) {
  await alice.clicks("composer-pay");
  const told = [];
  for (const sum of ["1000000", "0", "-5", "1.2.3"]) {
    await alice.fills("pay-amount", sum);
    await alice.clicks("pay-next");
    told.push(await newError(alice, "pay-error", told));
    await alice.seesNo("pay-confirm");
  }
  await alice.shows("wrong-sum");
  assert.notEqual(told[0], told[1], "too much and not a sum are two mistakes");
  await alice.clicks("pay-close");
  await alice.seesNo("pay-amount");
}

/** A sentence in the open dialog. */
async function newError(person, test) {
  await person.until(`a sentence in ${test}, and nothing under way`, async (page) => {
    const busy = await page.count('dialog [aria-busy="true"]');
    return busy === 0 && (await page.text(`dialog ${at(test)}`)).length > 10;
  });
  return person.page.text(at(test));
}

async function everything(person) {
  const commands = [["contact", "list"], ["chat", "read", "Bob"], ["history"]];
  const documents = [];
  for (const command of commands) documents.push(await person.bcm(...command));
  const { tokens } = await person.bcm("balance");
  return [...documents, tokens];
}
