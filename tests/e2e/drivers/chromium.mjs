// The served page in Chromium: one browser, and for each person a context, which shares nothing with
// the others.

import { existsSync } from "node:fs";
import { fetched } from "../world/programs.mjs";
import { LIMIT_MS } from "../world/waiting.mjs";
import { camera } from "./camera.mjs";
import { Page } from "./page.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How the browser says that nobody is there, or that a new program does not know the old secret. */
const AWAY = /^WebSocket connection to .*(ERR_CONNECTION_REFUSED|Unexpected response code|HTTP Authentication failed)/;

/** Starts the browser, with this folder as its home, and what its camera sees in there. */
export async function launch(home) {
  const executablePath = PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error("there is no Chromium: run ./bcm setup first");
  const { chromium } = fetched("playwright-core");
  const args = [...ARGUMENTS, ...camera(home)];
  return chromium.launch({ executablePath, args, env: { ...process.env, HOME: home } });
}

/** Somebody's browser: tabs that know one another. */
export async function context(browser) {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 760 },
    locale: "en-US",
    colorScheme: "light",
    permissions: ["camera", "clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(LIMIT_MS);
  return context;
}

/** A tab. */
export class ChromiumPage extends Page {
  /** What the browser complained about: errors of scripts, and what the page's policy stopped. */
  complaints = [];
  /** True while the program behind the page is away: the browser says so, too. */
  away = false;

  constructor(tab) {
    super();
    this.tab = tab;
    tab.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !(this.away && AWAY.test(text))) this.complaints.push(text);
    });
    tab.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Opens a tab. */
  static async open(context) {
    return new ChromiumPage(await context.newPage());
  }

  async goto(url) {
    await this.tab.goto(url);
  }

  async run(fn, argument) {
    return this.tab.evaluate(fn, argument);
  }

  async reload() {
    await this.tab.reload();
  }

  async fill(selector, text) {
    await this.tab.fill(selector, text);
  }

  async choose(selector, value) {
    await this.tab.selectOption(selector, value);
  }

  async click(selector) {
    await this.tab.click(selector);
  }

  async press(...keys) {
    await this.tab.keyboard.press(keys.join("+"));
  }

  async type(text) {
    await this.tab.keyboard.type(text);
  }

  async picture() {
    return this.tab.screenshot();
  }

  async close() {
    await this.tab.close();
  }
}
