// What the keyboard alone must be able to do, as stories in the real page.

import assert from "node:assert/strict";
import { ID } from "./people.mjs";

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
    assert.equal(await page.title(), "(121) BCM");
    await page.getByText("Are you there?").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-test="message"]').length === 14);
    assert.equal(now.called.filter(({ method }) => method === "chat_seen").length, 1);
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
  { name: "a draft is kept while another conversation is open", steps: async (page) => {
    await page.click(`[data-contact="${ID.bob}"]`);
    await page.fill(test("composer-text"), "unfinished");
    await page.click(`[data-contact="${ID.wei}"]`);
    await page.waitForFunction(() => document.querySelector('[data-test="composer-text"]').value === "");
    await page.click(`${test("chat-item")}[data-contact="${ID.bob}"]`);
    await page.waitForFunction(() => document.querySelector('[data-test="composer-text"]').value === "unfinished");
  } },
];
