// What the keyboard alone must be able to do, as stories in the real page.

import assert from "node:assert/strict";
import { ID, status } from "./people.mjs";

const test = (name) => `[data-test="${name}"]`;
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("data-test") ?? document.activeElement?.tagName);
const sent = (now) => now.called.filter(({ method }) => method === "chat_send").map(({ params }) => params.text);

export const KEYBOARD = [
  { name: "arrows move in the list, Enter opens, and the composer has the focus", steps: async (page) => {
    await page.locator(test("chat-item")).first().focus();
    await page.keyboard.press("ArrowDown");
    const second = await page.evaluate(() => document.activeElement?.getAttribute("data-contact"));
    assert.equal(second, ID.bob);
    await page.keyboard.press("Enter");
    await page.waitForSelector(test("composer-text"));
    await page.waitForFunction(() => document.activeElement?.getAttribute("data-test") === "composer-text");
  } },
  { name: "Enter sends, Shift+Enter breaks the line, Enter of an input method does neither", steps: async (page, _core, now) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.locator(test("composer-text")).pressSequentially("One");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    const composing = { key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true };
    await page.dispatchEvent(test("composer-text"), "keydown", composing);
    assert.deepEqual(sent(now), []);
    await page.keyboard.press("Enter");
    await page.waitForFunction((selector) => document.querySelector(selector).value === "", test("composer-text"));
    assert.deepEqual(sent(now), ["One\ntwo"]);
    assert.equal(await focused(page), "composer-text");
  } },
  { name: "Esc closes a dialog and the focus returns to what opened it", steps: async (page) => {
    await page.focus(test("open-add"));
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    assert.equal(await focused(page), "add-invite");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(await focused(page), "open-add");
  } },
  { name: "the skip link is the first stop and leads to the content", steps: async (page) => {
    await page.waitForSelector(test("chat-item"));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), "#main");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.className.split(" ")[0]), "content");
  } },
  { name: "an arrival is told, counted in the title, and seen in the open conversation", steps: async (page, core, now) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.waitForSelector(test("message"));
    const arrived = { id: "e".repeat(32), from: "Bob", time: new Date().toISOString(), text: "Are you there?", state: "received", payment: null };
    now.conversations[ID.bob].push(arrived);
    now.chats.find((chat) => chat.contact.id === ID.bob).last = arrived;
    now.called.length = 0;
    core.tell("chat");
    await page.waitForFunction(() => document.querySelector('[data-test="live"]').textContent === "Bob: Are you there?");
    assert.equal(await page.title(), "(121) Alice · BCM");
    await page.getByText("Are you there?").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-test="message"]').length === 14);
    assert.equal(now.called.filter(({ method }) => method === "chat_seen").length, 1);
  } },
  { name: "what is read stays in its place, is not taken as seen, and the newest is one step away", steps: async (page, core, now) => {
    const all = now.conversations[ID.bob];
    const arrive = (text) => all.push({ id: String(all.length).padStart(32, "5"), from: "Bob", time: new Date().toISOString(), text, state: "received", payment: null });
    for (let index = 0; index < 120; index++) arrive(`line ${index}`);
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.getByText("line 119").waitFor();
    await page.evaluate(() => (document.querySelector('[data-test="messages"]').scrollTop = -900));
    await page.waitForSelector(test("messages-newest"));
    const upper = () => page.evaluate(() => {
      const edge = document.querySelector('[data-test="messages"]').getBoundingClientRect().top;
      const seen = [...document.querySelectorAll('[data-test="message"]')].find((one) => one.getBoundingClientRect().bottom > edge);
      return [seen.querySelector('[data-test="message-text"]').textContent, seen.getBoundingClientRect().top];
    });
    const before = await upper();
    const unmoved = async () => {
      const [text, top] = await upper();
      assert.equal(text, before[0]);
      assert.ok(Math.abs(top - before[1]) <= 1, `moved by ${top - before[1]}`);
    };
    now.called.length = 0;
    for (let index = 0; index < 3; index++) arrive(`new ${index}`);
    core.tell("chat");
    await page.getByText("new 2").waitFor();
    await unmoved();
    await page.locator(test("messages-earlier")).evaluate((button) => button.click());
    await page.getByText("line 40", { exact: true }).waitFor();
    await unmoved();
    assert.equal(now.called.filter(({ method }) => method === "chat_seen").length, 0);
    await page.click(test("messages-newest"));
    await page.waitForSelector(test("messages-newest"), { state: "detached" });
    await page.waitForFunction(() => document.querySelector('[data-test="messages"]').scrollTop === 0);
    assert.equal(now.called.filter(({ method }) => method === "chat_seen").length, 1);
  } },
  { name: "a conversation that moves up in the list takes the focus along", steps: async (page, core, now) => {
    await page.locator(`[data-contact="${ID.carol}"]`).focus();
    now.chats = [...now.chats].reverse();
    core.tell("chat");
    await page.waitForFunction((id) => document.querySelector('ul[aria-label="Conversations"] [data-contact]').dataset.contact === id, ID.carol);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-contact")), ID.carol);
  } },
  { name: "the focus follows the steps of a payment, and a busy button keeps it", steps: async (page) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.click(test("composer-pay"));
    await page.waitForFunction(() => document.activeElement?.dataset.test === "pay-amount");
    await page.keyboard.type("5");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.tagName === "H3");
    await page.click(test("pay-change"));
    await page.waitForFunction(() => document.activeElement?.dataset.test === "pay-amount");
  } },
  { name: "after a wrong passphrase the focus is in its field again", world: { status: { ...status, profile: "locked", account: null }, fails: { profile_open: "wrong_key" } }, steps: async (page) => {
    await page.waitForFunction(() => document.activeElement?.dataset.test === "unlock-passphrase");
    await page.keyboard.type("wrong");
    await page.click(test("unlock-submit"));
    await page.waitForSelector(test("unlock-error"));
    assert.equal(await focused(page), "unlock-passphrase");
  } },
  { name: "the way back leads out of a conversation, and a page loaded anew is where it was", steps: async (page) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.click(test("nav-wallet"));
    await page.goBack();
    await page.waitForSelector(test("composer-text"));
    await page.reload();
    await page.waitForSelector(test("composer-text"));
    await page.goBack();
    await page.waitForSelector(test("composer-text"), { state: "detached" });
  } },
  { name: "accepting a request leads to the composer", steps: async (page, core, now) => {
    await page.click(`[data-contact="${ID.dave}"]`);
    await page.focus(test("request-accept"));
    await page.keyboard.press("Enter");
    now.chats.find((chat) => chat.contact.id === ID.dave).contact.standing = "accepted";
    core.tell("chat");
    await page.waitForFunction(() => document.activeElement?.getAttribute("data-test") === "composer-text");
  } },
  { name: "in a narrow window a conversation is left for its place in the list", steps: async (page) => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.waitForSelector(test("nav-chats"), { state: "hidden" });
    await page.focus(test("chat-back"));
    await page.keyboard.press("Enter");
    await page.waitForSelector(test("nav-chats"));
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-contact")), ID.bob);
  } },
  { name: "arrows go from round to round, and Esc back to the newest", steps: async (page) => {
    await page.click(test("nav-node"));
    await page.focus(test("explorer-bars"));
    const shown = () => page.getAttribute(test("explorer-round"), "data-round");
    assert.equal(await shown(), "10297");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await shown(), "10295");
    const active = await page.evaluate(() => document.getElementById(document.activeElement?.getAttribute("aria-activedescendant") ?? "")?.textContent ?? "");
    assert.match(active, /10,295.*signed by \d of 4/);
    await page.keyboard.press("Home");
    assert.equal(await shown(), "10238");
    await page.keyboard.press("Escape");
    assert.equal(await shown(), "10297");
  } },
  { name: "the doctor is called with the keyboard and keeps the focus", steps: async (page) => {
    await page.click(test("nav-node"));
    await page.focus(test("doctor-examine"));
    await page.keyboard.press("Enter");
    await page.waitForSelector(test("finding"));
    assert.equal(await focused(page), "doctor-examine");
    assert.match(await page.textContent(test("doctor-verdict")), /3 things/);
  } },
  { name: "a draft is kept while another conversation is open", steps: async (page) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.fill(test("composer-text"), "unfinished");
    await page.click(`[data-contact="${ID.wei}"]`);
    await page.waitForFunction(() => document.querySelector('[data-test="composer-text"]').value === "");
    await page.click(`${test("chat-item")}[data-contact="${ID.bob}"]`);
    await page.waitForFunction(() => document.querySelector('[data-test="composer-text"]').value === "unfinished");
  } },
];
