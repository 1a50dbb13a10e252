// Two people begin: a name, an account, and nobody is held up by the 24 words.

import assert from "node:assert/strict";
import { at } from "../drivers/page.mjs";
import { LOOKS } from "./looks.mjs";

/** What is to be seen before there is an account, in every language and theme. */
export async function welcome({ alice }) {
  await alice.arrive();
  await alice.sees("welcome");
  for (const [language, theme] of LOOKS) {
    await alice.page.prefer(language, theme);
    await alice.sees("welcome");
    await alice.looks(language, theme);
    await alice.shows(`welcome-${language}-${theme}`);
    await alice.clicks("welcome-to-restore");
    await alice.sees("restore-words");
    await alice.shows(`restore-${language}-${theme}`);
  }
  await alice.page.prefer(null, null);
  await alice.looks("en", "light");
}

/** Both make their accounts. */
export async function accounts({ alice, bob }) {
  await bob.arrive();
  for (const person of [alice, bob]) {
    await person.sees("welcome");
    await person.fills("welcome-name", person.name);
    await person.clicks("welcome-create");
    await person.sees("profile-name");
    await person.reads("profile-name", person.name);
    for (const section of ["chats", "wallet", "node", "settings"]) await person.sees(`nav-${section}`);
    await person.is("online");
    assert.equal((await person.bcm("account", "show")).account.name, person.name);
  }
  // Offered, not forced: beside all that can be done.
  await alice.sees("words-banner");
  await alice.shows("first-view");
  await bob.clicks("words-banner-later");
  await bob.seesNo("words-banner");
}

/** Alice writes down her words, and proves it. */
export async function words({ alice }) {
  await alice.clicks("words-banner-open");
  await alice.clicks("words-show");
  await alice.sees("words-list");
  const words = await shownWords(alice);
  assert.equal(words.length, 24);
  await alice.shows("words");
  await alice.clicks("words-written");
  await answer(alice, () => "abandoned");
  await alice.sees("words-error");
  assert.equal((await alice.bcm("account", "show")).words_confirmed, false);
  await answer(alice, (number) => words[number - 1]);
  await alice.sees("words-confirmed");
  await alice.seesNo("words-banner");
  assert.equal((await alice.bcm("account", "show")).words_confirmed, true);
  alice.words = words;
}

/** The words of the open list; beside each stands its number. */
async function shownWords(person) {
  return person.page.texts(`${at("words-list")} b`);
}

async function answer(person, word) {
  await person.sees("words-check", {}, 3);
  for (const { attributes } of await person.page.all(at("words-check"))) {
    const number = Number(attributes["data-number"]);
    await person.fills("words-check", word(number), { number });
  }
  await person.clicks("words-confirm");
}
