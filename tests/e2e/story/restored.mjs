// The 24 words bring the account and its money back, here under a passphrase.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { owns } from "./paying.mjs";

const PASSPHRASE = "correct horse 电池";

/** On another device, so to speak: an empty folder, the words, a passphrase. */
export async function restored({ alice, carol }) {
  const { account } = await alice.bcm("account", "show");
  const money = await alice.total();
  await alice.leave();

  await carol.arrive();
  await carol.clicks("welcome-to-restore");
  await carol.fills("restore-words", alice.words.toReversed().join(" "));
  await carol.fills("restore-name", carol.name);
  await carol.page.click("details summary");
  await carol.fills("welcome-passphrase", PASSPHRASE);
  await carol.clicks("restore-submit");
  await carol.sees("welcome-error");
  // As they stand on paper: in lines, with capitals.
  await carol.fills("restore-words", alice.words.join("\n").toUpperCase());
  await carol.clicks("restore-submit");
  await carol.reads("profile-name", carol.name);
  await carol.is("online");
  await owns(carol, money);
  await carol.goes("settings");
  assert.ok((await carol.page.words()).includes(account.id), "the same account");

  await carol.leave();
  await carol.comeBack();
  await carol.sees("unlock-passphrase");
  await carol.shows("unlock");
  await carol.fills("unlock-passphrase", "wrong horse");
  await carol.clicks("unlock-submit");
  await carol.sees("unlock-error");
  assert.equal(await carol.page.count(at("profile-name")), 0);
  await carol.fills("unlock-passphrase", PASSPHRASE);
  await carol.clicks("unlock-submit");
  await carol.reads("profile-name", carol.name);
}
