// Every view of the window: the world it needs and the way to it.

import { scenes as asks } from "./asks.mjs";
import { account, busyPool, conversations, explorer, ID, light, moves, rotating, rotation, status, THEIRS, wishes, withEnvelopes, WORDS } from "./people.mjs";
import { scenes as reviews } from "./reviews.mjs";

const test = (name) => `[data-test="${name}"]`;
const click = (page, name) => page.click(test(name));
const openBob = (page) => page.click(`[data-contact="${ID.bob}"]`);
const shown = (page, name) => page.waitForSelector(test(name));
const given = { conversations: { ...conversations, [ID.bob]: withEnvelopes } };
const empty = { chats: [], history: [], grants: { given: [], received: [] }, status: { ...status, account: { ...account, words_confirmed: true } } };

const moved = (state) => ({
  tx: "8".repeat(64), txs: ["8".repeat(64)], to: moves.to, token: "ABC", amount: "1094.99206", fee: "0.006872",
  private: false, state, round: state === "final" ? 10_290 : null, already: false, pool: null,
});

/** Each scene: its name, what is different in its world, and the steps from a fresh page. */
export const SCENES = [
  { name: "welcome", world: { status: { ...status, profile: "none", account: null } }, steps: async (page) => {
    await shown(page, "welcome-name");
    await page.click("summary");
  } },
  { name: "restore", world: { status: { ...status, profile: "none", account: null }, fails: { account_restore: "bad_words" } }, steps: async (page) => {
    await click(page, "welcome-to-restore");
    await page.fill(test("restore-words"), "able acid also");
    await click(page, "restore-submit");
    await shown(page, "welcome-error");
  } },
  { name: "unlock", world: { status: { ...status, profile: "locked", account: null }, fails: { profile_open: "wrong_key" } }, steps: async (page) => {
    await page.fill(test("unlock-passphrase"), "not this one");
    await click(page, "unlock-submit");
    await shown(page, "unlock-error");
  } },
  { name: "closed", world: { status: { ...status, profile: "closed", account: null, trouble: { code: "profile_in_use", message: "" } } }, steps: (page) => shown(page, "closed-retry") },
  { name: "no-link", world: { gone: true }, steps: (page) => shown(page, "unreachable") },
  { name: "empty", world: empty, steps: (page) => shown(page, "open-invite") },
  { name: "list", steps: (page) => shown(page, "chat-item") },
  { name: "chat", steps: async (page) => {
    await openBob(page);
    await shown(page, "message");
  } },
  { name: "chat-offline", world: { status: { ...status, connection: "offline", trouble: { code: "clock_wrong", message: "" } }, fails: { chat_send: "message_too_long" } }, steps: async (page) => {
    await openBob(page);
    await page.fill(test("composer-text"), "One\nTwo\nThree");
    await click(page, "composer-send");
    await shown(page, "composer-error");
  } },
  { name: "chat-new", steps: (page) => page.click(`[data-contact="${ID.carol}"]`) },
  { name: "request", steps: (page) => page.click(test("chat-item") + `[data-contact="${ID.dave}"]`) },
  { name: "invite", steps: async (page) => {
    await click(page, "open-invite");
    await shown(page, "invite-qr");
  } },
  { name: "add", world: { fails: { contact_add: "bad_invite" } }, steps: async (page) => {
    await click(page, "open-add");
    await page.fill(test("add-invite"), "bcm:half");
    await click(page, "add-submit");
    await shown(page, "add-error");
  } },
  { name: "safety", steps: async (page) => {
    await openBob(page);
    await click(page, "safety-open");
    await shown(page, "safety-qr");
    await page.fill(test("safety-theirs"), THEIRS);
    await click(page, "safety-compare");
    await shown(page, "safety-match");
  } },
  { name: "safety-different", steps: async (page) => {
    await openBob(page);
    await click(page, "safety-open");
    await page.fill(test("safety-theirs"), `${THEIRS}X`);
    await click(page, "safety-compare");
    await shown(page, "safety-different");
  } },
  { name: "pay", world: { fails: { pay_quote: "insufficient_funds" } }, steps: async (page) => {
    await openBob(page);
    await click(page, "composer-pay");
    await page.fill(test("pay-amount"), "5000");
    await click(page, "pay-next");
    await shown(page, "pay-error");
  } },
  { name: "pay-public", steps: async (page) => {
    await openBob(page);
    await click(page, "composer-pay");
    await page.fill(test("pay-amount"), "5");
    await click(page, "pay-next");
    await click(page, "pay-other");
    await page.waitForSelector(`${test("pay-way")}[data-private="false"]`);
  } },
  { name: "pay-confirm", steps: async (page) => {
    await openBob(page);
    await click(page, "composer-pay");
    await page.fill(test("pay-amount"), "5");
    await page.fill(test("pay-memo"), "pizza");
    await click(page, "pay-next");
    await shown(page, "pay-confirm");
  } },
  { name: "envelope", world: given, steps: async (page) => {
    await openBob(page);
    await shown(page, "envelope-open");
    await page.locator(test("envelope-more")).last().click();
  } },
  { name: "envelope-earlier", world: given, steps: async (page) => {
    await openBob(page);
    await shown(page, "envelope-open");
    for (const more of await page.locator(test("envelope-more")).all()) await more.click();
    await page.locator(test("envelope")).first().scrollIntoViewIfNeeded();
  } },
  { name: "envelope-opened", world: given, steps: async (page, core) => {
    await openBob(page);
    await click(page, "envelope-open");
    core.tell("chat");
    await page.waitForSelector(`[data-share="got"] >> nth=1`);
  } },
  { name: "envelope-give", world: { fails: { envelope_quote: "bad_shares" } }, steps: async (page) => {
    await openBob(page);
    await click(page, "composer-give");
    await page.fill(test("give-amount"), "10");
    await page.fill(test("give-shares"), "200");
    await page.fill(test("give-text"), "Happy birthday!");
    await click(page, "give-submit");
    await shown(page, "give-error");
  } },
  ...asks(ID.bob),
  { name: "pay-under-way", world: { transfers: wishes }, steps: async (page) => {
    await openBob(page);
    await page.locator(test("transfer")).nth(2).waitFor();
  } },
  { name: "pool", world: { transfers: wishes, pool: busyPool, fails: { top_up_later: "insufficient_funds" } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await page.fill(test("pool-amount"), "2000");
    await click(page, "pool-put-in");
    await shown(page, "pool-error");
    await page.locator(test("under-way")).first().scrollIntoViewIfNeeded();
  } },
  { name: "pool-address", steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "pool-address");
    await shown(page, "private-qr");
  } },
  ...reviews(status, ID.bob),
  { name: "wallet", steps: async (page) => {
    await click(page, "nav-wallet");
    await shown(page, "history-row");
  } },
  { name: "move", steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await shown(page, "move-migrate");
  } },
  { name: "move-sweep", steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await click(page, "move-pool");
    await click(page, "sweep-open");
    await page.fill(test("sweep-address"), moves.to);
    await click(page, "sweep-next");
    await shown(page, "sweep-confirm");
    await shown(page, "sweep-pool");
  } },
  { name: "move-pool", world: { moves: { ...moves, private: "0", migrate: moved("submitted"), pool: { ...wishes[1], contact: null, to: moves.to, memo: null } } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await page.waitForSelector('[data-test="pool-progress"][data-progress="proving"]');
  } },
  { name: "move-submitted", world: { moves: { ...moves, migrate: moved("submitted") } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await shown(page, "migrate-progress");
  } },
  { name: "move-failed", world: { moves: { ...moves, migrate: moved("expired") }, fails: { migrate: "move_under_way" } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await click(page, "move-migrate");
    await shown(page, "move-error");
  } },
  { name: "moved", world: { moves: { ...moves, stage: "falcon", since: 10_290, migrate: moved("final") } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await click(page, "move-pool");
    await shown(page, "move-pool-only");
    await shown(page, "move-done");
  } },
  { name: "move-rotation", world: { rotation: { ...rotation, stage: "needed", text: rotating } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await shown(page, "rotation-qr");
    await shown(page, "rotation-copy");
  } },
  { name: "move-waits", world: { rotation: { ...rotation, stage: "waits", text: rotating, ready: 10_360 } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await shown(page, "rotation-waits");
  } },
  { name: "move-late", world: { rotation: { ...rotation, stage: "key_shown" } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "move-open");
    await shown(page, "rotation-late");
  } },
  { name: "pay-commitment", steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "wallet-send");
    await page.fill(test("pay-address"), rotating);
    await page.locator(test("pay-address")).blur();
    await shown(page, "commitment-fee");
    await click(page, "commitment-pay");
    await shown(page, "commitment-done");
  } },
  { name: "wallet-empty", world: { ...empty, fails: { faucet: "no_network" } }, steps: async (page) => {
    await click(page, "nav-wallet");
    await click(page, "faucet-take");
    await shown(page, "faucet-error");
  } },
  { name: "node", steps: async (page) => {
    await click(page, "nav-node");
    await shown(page, "node-round");
  } },
  { name: "explorer", steps: async (page) => {
    await click(page, "nav-node");
    await shown(page, "explorer-bars");
    await page.locator(test("explorer-bars")).scrollIntoViewIfNeeded();
    await page.locator(test("explorer-bar")).nth(44).click();
  } },
  { name: "explorer-checks", world: { explorer: { ...explorer, checks: { ...explorer.checks, frozen: true, cross_checked: null, checkpoint: 9000 } } }, steps: async (page) => {
    await click(page, "nav-node");
    await page.locator(test("check-began")).scrollIntoViewIfNeeded();
  } },
  { name: "explorer-new", world: { explorer: { ...explorer, recent: [], managers: [], peers: [], finality: null } }, steps: async (page) => {
    await click(page, "nav-node");
    await page.locator(test("peers-none")).scrollIntoViewIfNeeded();
  } },
  { name: "doctor", steps: async (page) => {
    await click(page, "nav-node");
    await click(page, "doctor-examine");
    await page.locator(test("finding")).last().scrollIntoViewIfNeeded();
  } },
  { name: "doctor-fails", world: { fails: { doctor: "no_network", explorer: "profile_in_use" } }, steps: async (page) => {
    await click(page, "nav-node");
    await click(page, "doctor-examine");
    await page.locator(test("doctor-error")).scrollIntoViewIfNeeded();
  } },
  { name: "node-lost", world: { ...empty, status: { ...status, network_known: false, connection: "offline" }, light: { ...light, chain: null }, fails: { network_add: "bad_address" } }, steps: async (page) => {
    await click(page, "nav-node");
    await page.fill(test("network-address"), "/ip4/");
    await click(page, "network-add");
    await shown(page, "network-error");
  } },
  { name: "settings", steps: (page) => click(page, "nav-settings") },
  { name: "words", steps: async (page) => {
    await click(page, "nav-settings");
    await click(page, "words-show");
    await shown(page, "words-list");
  } },
  { name: "words-check", world: { fails: { account_confirm_words: "bad_words" } }, steps: async (page) => {
    await click(page, "nav-settings");
    await click(page, "words-show");
    await click(page, "words-written");
    await page.locator(test("words-check")).first().fill(WORDS[0]);
    await click(page, "words-confirm");
    await shown(page, "words-error");
  } },
  { name: "core-gone", steps: async (page, core, world) => {
    await openBob(page);
    world.gone = true;
    core.drop();
    await shown(page, "core-gone");
  } },
];
