// Somebody in the story: one profile, and what is in front of this person at the moment.

import assert from "node:assert/strict";
import { join } from "node:path";
import { at } from "../drivers/page.mjs";
import { binary, Program } from "../world/programs.mjs";
import { until } from "../world/waiting.mjs";

/** A person, by a name that is also the account's. */
export class Person {
  constructor(name, { folder, front, album, net }) {
    Object.assign(this, { name, folder, front, album, net });
    this.profile = join(folder, name.toLowerCase());
  }

  /** What this person looks at. */
  get page() {
    return this.seat.page;
  }

  /** Starts the program for the first time. */
  async arrive() {
    this.seat = await this.front.open(this, this.net.options());
  }

  /** Starts it again: the profile remembers the network. */
  async comeBack() {
    this.seat = await this.front.open(this, []);
  }

  /** Ends the program in order. */
  async leave() {
    await this.seat.stop();
  }

  /** The program ends as by a power cut. */
  async crash() {
    await this.seat.kill();
  }

  /** Runs a command on the same profile, through whatever has it open; returns its document. */
  async bcm(...args) {
    const program = new Program(binary("bcm"), ["--profile", this.profile, "--json", ...args]);
    return JSON.parse(await program.output());
  }

  /** Looks again and again. */
  async until(what, look) {
    return until(`${this.name}: ${what}`, () => look(this.page));
  }

  /** Waits until so many of these elements are there. */
  async sees(test, attributes = {}, count = 1) {
    const selector = at(test, attributes);
    await this.until(`${count} of ${selector}`, async (page) => (await page.count(selector)) === count);
  }

  /** Waits until the element's text is, or holds, this. */
  async reads(test, wanted) {
    await this.until(`${test} says ${wanted}`, async (page) => {
      const text = await page.text(at(test));
      assert.ok(wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted), `it says ${text}`);
      return true;
    });
  }

  /** Waits until none of these is there. */
  async seesNo(test) {
    await this.sees(test, {}, 0);
  }

  async clicks(test, attributes = {}) {
    await this.page.click(at(test, attributes));
  }

  async fills(test, text, attributes = {}) {
    await this.page.fill(at(test, attributes), text);
  }

  /** Goes to a section of the window. */
  async goes(section) {
    await this.clicks(`nav-${section}`);
    if (section !== "chats") await this.sees(section);
  }

  /** Opens the conversation with the only contact. */
  async opensChat() {
    await this.goes("chats");
    await this.clicks("chat-item");
    await this.sees("messages");
  }

  /** Writes a message and sends it. */
  async says(text) {
    await this.fills("composer-text", text);
    await this.clicks("composer-send");
    await this.until("an empty line to write on", async (page) => (await page.value(at("composer-text"))) === "");
  }

  /** The texts of one side of the open conversation, in order. */
  async texts(from) {
    return this.page.texts(`${at("message", { from })} ${at("message-text")}`);
  }

  /** The states of one side's messages with a text, in order. */
  async states(from) {
    const messages = await this.page.all(`${at("message", { from })}:has(${at("message-text")})`);
    return messages.map(({ attributes }) => attributes["data-state"]);
  }

  /** Waits until the open conversation holds exactly these texts of one side, each in this state. */
  async holds(from, texts, state) {
    await this.until(`${texts.length} messages from ${from}, ${state}`, async () => {
      assert.deepEqual(await this.texts(from), texts);
      assert.deepEqual(await this.states(from), texts.map(() => state));
      return true;
    });
  }

  /** Waits until the connection is in this state. */
  async is(connection) {
    await this.sees("connection", { state: connection });
  }

  /** The balance as shown: digits and a point. */
  async balance() {
    return (await this.page.text(at("balance-abc"))).replace(/[^\d.]/g, "");
  }

  /** All the ABC that the command line counts. */
  async total() {
    return (await this.bcm("balance")).tokens[0].total;
  }

  /** Chooses language and theme in the settings. */
  async chooses(language, theme) {
    await this.goes("settings");
    await this.page.choose(at("settings-language"), language);
    await this.page.choose(at("settings-theme"), theme);
    await this.looks(language, theme);
  }

  /** The document has this language and theme. */
  async looks(language, theme) {
    const wanted = [language === "zh" ? "zh-Hans" : "en", theme];
    await this.until(`${wanted}`, async (page) => {
      assert.deepEqual(await page.look(), wanted);
      return true;
    });
  }

  /** Keeps a picture of what is to be seen, and has it inspected. */
  async shows(view) {
    await this.page.settled();
    this.album.add(view, await this.page.picture());
    await this.front.inspect(this.page, view);
  }
}
