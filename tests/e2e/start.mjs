// How long a window takes to be usable, and what the whole app holds in memory then: for
// `cargo xtask bench`. Arguments: the program, a profile with a conversation, how many starts.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { at } from "./drivers/page.mjs";
import { WebDriverPage } from "./drivers/webdriver.mjs";
import { children, endAll } from "./world/programs.mjs";
import { until } from "./world/waiting.mjs";

/** What comes after the first picture: headers, balance, what the web view tidies up. */
const SETTLE_MS = 5000;

/** Opens a window, notes the time until its conversations can be clicked, and ends it in order. */
async function start(program, profile, home) {
  const begun = performance.now();
  const page = await WebDriverPage.open(program, ["--profile", profile], { HOME: home, XDG_RUNTIME_DIR: home });
  while ((await page.count(at("chat-item"))) === 0) await sleep(5);
  const usable = performance.now() - begun;
  await sleep(SETTLE_MS);
  const [window] = children(page.driver.pid);
  const held = family(window.pid).map(memory);
  process.kill(window.pid, "SIGTERM");
  await until("the end of the window", () => children(page.driver.pid).length === 0);
  await page.driver.kill();
  const sum = (name) => held.reduce((total, one) => total + one[name], 0) / 1024;
  return { usable_ms: usable, rss_mib: sum("Rss"), pss_mib: sum("Pss"), processes: held.length };
}

/** A process and all that come from it. */
function family(pid) {
  return [pid, ...children(pid).flatMap((child) => family(child.pid))];
}

/** What a process holds, in KiB: all its pages, and its share of those that several hold. */
function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const field = (name) => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)[1]);
  return { Rss: field("Rss"), Pss: field("Pss") };
}

const [program, profile, starts] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), "bcm-start-"));
try {
  const measured = [];
  for (let count = 0; count < Number(starts); count += 1) measured.push(await start(program, profile, home));
  console.log(JSON.stringify(measured));
} finally {
  await endAll();
  rmSync(home, { recursive: true, force: true });
}
