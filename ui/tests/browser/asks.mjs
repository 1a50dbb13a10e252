// Asking for money in the scripted world: requests in every state, a payment link, an address book.

import { message } from "./message.mjs";

const MINUTE = 60_000;
const at = (minutes) => new Date(Date.now() - minutes * MINUTE).toISOString();
const FALCON = "F6mJ8sYqK2vB9nXw4TzGc7LdRhEaUp3Qfy";
const OTHER = "F6mJ3bUvR9wXk5TqZc2NhLdEyGaPs8MQfy";
const test = (name) => `[data-test="${name}"]`;

function asks(id, from, minutes, state, more) {
  const request = {
    id: id.repeat(32), contact: "Bob", from, amount: "12.5", token: "ABC", memo: "dinner on Friday", expires: null,
    time: at(minutes), state, payment: null, ...more,
  };
  return message(request.id, from, request.time, request.memo ?? "", "delivered", { request });
}

/** Requests in every state. */
export const withRequests = [
  asks("1", "me", 60, "paid"),
  asks("2", "me", 50, "declined", { amount: "1234567.891234" }),
  asks("3", "Bob", 40, "expired", { memo: null }),
  asks("4", "Bob", 30, "paying", { memo: "房租和水电费，请在月底之前付给我，谢谢！" }),
  asks("5", "me", 20, "open", { expires: at(-600) }),
  asks("6", "Bob", 2, "open", { expires: at(-6000) }),
];

const link = (to) => ({
  link: `bcm:pay?to=${to}&chain=${"7".repeat(64)}&amount=2.5&memo=two%20books`, to, kind: "falcon", amount: "2.5",
  memo: "two books", expires: null,
});
const seen = { to: FALCON, kind: "falcon", whose: "unknown", name: null, first: true, looks_like: null, link: null };
const alike = { ...seen, to: OTHER, looks_like: { address: FALCON, whose: "named", name: "Bookshop" } };
const named = (address, kind, name, first_paid) => ({ address, kind, name, added: at(9000), first_paid });
const book = [
  named(FALCON, "falcon", "Bookshop", at(5000)),
  named("A8vN2kQ7yTfL4mWc9ZrXe3bJdHgSuPx5Rt", "ecdsa", "房东", null),
];

/** What the core answers about them. */
export const answers = {
  contact_list: (now) => ({ contacts: now.chats.map(({ contact }) => contact), synced: true }),
  link_create: () => link(FALCON),
  address_look: (now) => now.seen ?? seen,
  address_list: (now) => ({ addresses: now.book ?? book }),
};

const openWallet = (page) => page.click(test("nav-wallet"));
const asked = (bob) => ({ conversations: { [bob]: withRequests } });

/** The scenes of it, for the contact Bob. */
export function scenes(bob) {
  const openBob = (page) => page.click(`[data-contact="${bob}"]`);
  const send = async (page, address) => {
    await openWallet(page);
    await page.click(test("wallet-send"));
    await page.fill(test("pay-address"), address);
    await page.fill(test("pay-amount"), "2.5");
    await page.click(test("pay-next"));
    await page.waitForSelector(test("pay-agree"));
  };
  return [
    { name: "asks", world: { ...asked(bob), fails: { request_pay: "insufficient_funds" } }, steps: async (page) => {
      await openBob(page);
      await page.click(test("request-pay"));
      await page.click(test("pay-confirm"));
      await page.waitForSelector(test("pay-error"));
    } },
    { name: "asks-earlier", world: asked(bob), steps: async (page) => {
      await openBob(page);
      await page.locator(test("request")).first().scrollIntoViewIfNeeded();
    } },
    { name: "ask", world: { fails: { request_create: "bad_amount" } }, steps: async (page) => {
      await openBob(page);
      await page.click(test("composer-ask"));
      await page.fill(test("ask-amount"), "a lot");
      await page.click(test("ask-submit"));
      await page.waitForSelector(test("ask-error"));
    } },
    { name: "receive", steps: async (page) => {
      await openWallet(page);
      await page.click(test("wallet-receive"));
      await page.waitForSelector(test("receive-qr"));
    } },
    { name: "split", steps: async (page) => {
      await openWallet(page);
      await page.click(test("wallet-split"));
      await page.fill(test("split-amount"), "10");
      await page.locator(test("split-contact")).first().check();
    } },
    { name: "pay-first", steps: (page) => send(page, FALCON) },
    { name: "pay-alike", world: { seen: alike }, steps: (page) => send(page, OTHER) },
    { name: "pay-link", world: { seen: { ...seen, link: link(FALCON) } }, steps: async (page) => {
      await openWallet(page);
      await page.click(test("wallet-send"));
      await page.fill(test("pay-address"), link(FALCON).link);
      await page.locator(test("pay-amount")).focus();
      await page.waitForSelector(test("seen"));
    } },
    { name: "book", world: { fails: { address_add: "name_taken" } }, steps: async (page) => {
      await openWallet(page);
      await page.fill(test("book-address"), FALCON);
      await page.fill(test("book-name"), "Bob");
      await page.click(test("book-add"));
      await page.waitForSelector(test("book-error"));
      await page.locator(test("book-add")).scrollIntoViewIfNeeded();
    } },
  ];
}
