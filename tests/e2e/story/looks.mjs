// Every view in both languages and both themes.

import { at } from "../drivers/page.mjs";

/** Each language with each theme. */
export const LOOKS = [
  ["en", "light"],
  ["en", "dark"],
  ["zh", "light"],
  ["zh", "dark"],
];

/** A walk through all views, for each way they can look. */
export async function looks({ alice }) {
  for (const [language, theme] of LOOKS) {
    await alice.chooses(language, theme);
    const show = (view) => alice.shows(`${view}-${language}-${theme}`);
    await show("settings");
    await dialog(alice, "words-show", "words-list", "words-close", () => show("words"));
    for (const section of ["wallet", "node"]) {
      await alice.goes(section);
      await alice.sees(section === "wallet" ? "balance-abc" : "node-round");
      await show(section);
    }
    await alice.opensChat();
    await show("chat");
    await dialog(alice, "open-invite", "invite-qr", "invite-close", () => show("invite"));
    await dialog(alice, "open-add", "add-invite", "add-close", () => show("add"));
    await dialog(alice, "composer-give", "give-amount", "give-close", () => show("give"));
    await dialog(alice, "composer-pay", "pay-amount", "pay-close", () => payDialog(alice, show));
  }
  await alice.chooses("en", "light");
  await alice.opensChat();
}

/** What the pay dialog shows of a sum that is too large, and of a quote. */
async function payDialog(person, show) {
  await person.fills("pay-amount", "1000000");
  await person.clicks("pay-next");
  await person.sees("pay-error");
  await show("pay");
  await person.fills("pay-amount", "1");
  await person.fills("pay-memo", "茶 / tea");
  await person.clicks("pay-next");
  await person.sees("pay-confirm");
  await show("pay-confirm");
}

/** Opens a dialog, looks at it, and closes it. */
async function dialog(person, opener, content, closer, look) {
  await person.clicks(opener);
  await person.sees(content);
  await look();
  await person.clicks(closer);
  await person.until("no dialog", async (page) => (await page.count("dialog")) === 0);
  await person.until(`the focus back at ${opener}`, async (page) => (await page.count(`${at(opener)}:focus`)) === 1);
}
