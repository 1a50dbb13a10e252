// The front end in a browser: `bcm serve` for each person, and a tab on it.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { binary, Program, ROOT } from "../world/programs.mjs";
import { until } from "../world/waiting.mjs";
import { Axe } from "./axe.mjs";
import { ChromiumPage, context, launch } from "./chromium.mjs";
import { at } from "./page.mjs";

const UI = join(ROOT, "ui/dist");

/** Serves and shows pages. */
export class Served {
  name = "served";
  #axe = new Axe();
  #seats = new Map();

  /** Starts the browser. */
  async begin(folder) {
    this.folder = folder;
    this.browser = await launch(folder);
  }

  /** Serves this person's profile; opens the page in the tab of before, or in a new one. */
  async open(person, options) {
    const seat = this.#seats.get(person) ?? new Seat(await context(this.browser), this.folder);
    this.#seats.set(person, seat);
    await seat.open(person.profile, options);
    return seat;
  }

  /** A page in a browser that has never been here. */
  async stranger() {
    return ChromiumPage.open(await context(this.browser));
  }

  /** Finds nothing that keeps people from using it. */
  async inspect(page, view) {
    await this.#axe.inspect(page, view);
  }

  /** What the browser complained about, in any tab. */
  complaints() {
    return [...this.#seats.values()].flatMap(({ page }) => page.complaints);
  }

  /** Closes the browser. */
  async end() {
    await this.browser?.close();
  }
}

/** One person's browser and what it shows. */
class Seat {
  #listen = "127.0.0.1:0";

  constructor(context, home) {
    Object.assign(this, { context, home });
    mkdirSync(home, { recursive: true });
  }

  async open(profile, options) {
    const args = ["--profile", profile, ...options, "--json", "serve", "--listen", this.#listen, "--ui", UI];
    this.program = new Program(binary("bcm"), args, { HOME: this.home });
    const ready = JSON.parse(await this.program.line());
    assert.equal(ready.ready, true);
    this.url = ready.url;
    // The same place again after a restart: a browser keeps a page's choices by its address.
    this.#listen = new URL(ready.url).host;
    this.page ??= await ChromiumPage.open(this.context);
    await this.page.goto(ready.url);
    await until("a page that has found its program", async () => (await this.page.count(at("core-gone"))) === 0);
    this.page.away = false;
  }

  async stop() {
    await this.#away(() => this.program.stop());
  }

  async kill() {
    await this.#away(() => this.program.kill());
  }

  /** The open page says that it has lost its program. */
  async #away(end) {
    this.page.away = true;
    await end();
    await until("a page that has lost its program", () => this.page.count(at("core-gone")));
  }
}
