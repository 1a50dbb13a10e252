// The front end as a window: the desktop program, driven through its web view.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { binary, children } from "../world/programs.mjs";
import { until } from "../world/waiting.mjs";
import { WebDriverPage } from "./webdriver.mjs";

/** Opens windows. */
export class Windows {
  name = "window";

  /** Nothing is to be prepared, but without a display the driver would wait for a window forever. */
  async begin(folder) {
    if (!process.env.DISPLAY) throw new Error("there is no display: run it under xvfb-run");
    this.folder = folder;
  }

  /** Opens a window over this person's profile, as on a computer of its own. */
  async open(person, options) {
    const home = join(this.folder, `${person.name}-home`);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const env = { HOME: home, XDG_RUNTIME_DIR: home };
    const args = ["--profile", person.profile, ...options];
    return new Seat(await WebDriverPage.open(binary("bcm-desktop"), args, env));
  }

  /** Chromium's story inspects: the views are the same. */
  async inspect() {}

  async end() {}
}

/** One window and its driver. */
class Seat {
  constructor(page) {
    this.page = page;
  }

  async stop() {
    await this.#end("SIGTERM");
  }

  async kill() {
    await this.#end("SIGKILL");
  }

  /** Without its window the driver is of no more use. */
  async #end(signal) {
    const { driver } = this.page;
    const windows = children(driver.pid);
    assert.equal(windows.length, 1);
    process.kill(windows[0].pid, signal);
    await until(`the end of the window's process by ${signal}`, () => children(driver.pid).length === 0);
    await driver.kill();
  }
}
