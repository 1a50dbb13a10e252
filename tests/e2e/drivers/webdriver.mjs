// A WebDriver client, as much of it as the story needs.

import { createServer } from "node:net";
import { Program } from "../world/programs.mjs";
import { LIMIT_MS, until } from "../world/waiting.mjs";
import { Page } from "./page.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/** Ends of lines and characters of more than 16 bits, which this driver's keys drop; and what nobody would type. */
const BEYOND_KEYS = /[\n\u{10000}-\u{10ffff}]|.{100}/u;
const KEYS = { Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Control: "\uE009", Escape: "\uE00C" };

/** A page in a program that WebKitWebDriver has started. */
export class WebDriverPage extends Page {
  /** Starts a driver on a port of its own, and the program in it. */
  static async open(program, args, env) {
    const port = await freePort();
    const page = new WebDriverPage();
    page.driver = new Program("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      ...env,
      TAURI_WEBVIEW_AUTOMATION: "true",
    });
    page.base = `http://127.0.0.1:${port}`;
    await until("a driver that answers", () => page.#call("GET", "/status"));
    const options = { "webkitgtk:browserOptions": { binary: program, args } };
    const session = await page.#call("POST", "/session", { capabilities: { alwaysMatch: options } });
    page.base += `/session/${session.sessionId}`;
    return page;
  }

  async run(fn, argument = null) {
    return this.#call("POST", "/execute/sync", { script: `return (${fn})(arguments[0])`, args: [argument] });
  }

  async reload() {
    await this.#call("POST", "/refresh", {});
  }

  async fill(selector, text) {
    await this.#touch(selector, async (element) => {
      await this.#call("POST", `${element}/clear`, {});
      if (BEYOND_KEYS.test(text)) await this.#insert(element, text);
      else await this.#call("POST", `${element}/value`, { text });
    });
  }

  async choose(selector, value) {
    await this.click(`${selector} option[value="${value}"]`);
  }

  async click(selector) {
    await this.#touch(selector, (element) => this.#call("POST", `${element}/click`, {}));
  }

  async press(...keys) {
    const values = keys.map((key) => KEYS[key] ?? key);
    const down = values.map((value) => ({ type: "keyDown", value }));
    const up = values.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.#keys([...down, ...up]);
  }

  async type(text) {
    const strokes = [...text].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await this.#keys(strokes);
  }

  async picture() {
    return Buffer.from(await this.#call("GET", "/screenshot"), "base64");
  }

  /** Moves the window, and makes it this large. */
  async place(rect) {
    return this.#call("POST", "/window/rect", rect);
  }

  /** Puts in a text the way an input method or the clipboard does. */
  async #insert(element, text) {
    await this.#call("POST", `${element}/click`, {});
    await this.run((wanted) => document.execCommand("insertText", false, wanted), text);
  }

  async #keys(actions) {
    await this.#call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
    await this.#call("DELETE", "/actions");
  }

  /** Does something with an element as soon as it is there and can be touched. */
  async #touch(selector, act) {
    await until(`${selector} that can be used`, async () => {
      const found = await this.#call("POST", "/element", { using: "css selector", value: selector });
      await act(`/element/${found[ELEMENT]}`);
      return true;
    });
  }

  async #call(method, path, body) {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const answer = await fetch(this.base + path, { method, signal, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value ?? true;
  }
}

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
