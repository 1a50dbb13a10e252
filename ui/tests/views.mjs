// Looks at every view in Chromium: both languages, both themes, wide and narrow, each two of them
// together once; at the scenes that are named, in all eight ways. Fails on a fault of accessibility, a
// blank page, an error in the page, or a page that scrolls sideways.
//
// `npm run build` first. CHROMIUM names the browser, SCREENSHOTS the folder for the pictures.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { pages, serve, world } from "./browser/core.mjs";
import { KEYBOARD } from "./browser/keyboard.mjs";
import { colours, faults, prepare, sticksOut } from "./browser/look.mjs";
import { SCENES } from "./browser/scenes.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const SITE = pages(join(HERE, "../dist"));
const PICTURES = process.env.SCREENSHOTS ?? join(HERE, "../../target/screenshots-ui");
const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const LOCALES = { en: "en-GB", zh: "zh-CN" };
const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 800 } };
/** A window of 1280 by 1024 at a zoom of 400 %. */
const ZOOMED = { width: 320, height: 256 };
const ENOUGH_COLOURS = 50;
/** Where all rules are asked. The languages differ in words alone, the themes in colours: elsewhere those of colours are. */
const ALL_RULES = { en: "wide", zh: "narrow" };
const ONLY = process.argv.slice(2);
/** What goes wrong does so for a language, a theme or a size, or for two of them: no need to see all eight. */
const WAYS = ["en-light-wide", "en-dark-narrow", "zh-light-narrow", "zh-dark-wide"];

const problems = [];
const profile = await mkdtemp(join(tmpdir(), "bcm-views-"));
await mkdir(PICTURES, { recursive: true });
const browser = await chromium.launch({
  executablePath: BROWSER,
  args: [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", `--crash-dumps-dir=${profile}`,
  ],
});
try {
  const counter = await browser.newPage();
  const chosen = SCENES.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name));
  await Promise.all(Object.keys(LOCALES).map((language) => walkThrough(language, chosen, counter)));
  if (ONLY.length === 0) await keyboard();
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `All views are well; pictures in ${PICTURES}` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function walkThrough(language, scenes, counter) {
  const context = await browser.newContext({ locale: LOCALES[language], viewport: SIZES.wide, reducedMotion: "reduce" });
  // As the desktop window has it.
  await context.addInitScript(() => Object.freeze(Object.prototype));
  for (const scene of scenes) {
    await inScene(context, scene, `${scene.name} ${language}`, async (page) => {
      await prepare(page);
      for (const size of Object.keys(SIZES)) {
        await page.setViewportSize(SIZES[size]);
        for (const theme of ["light", "dark"]) {
          if (ONLY.length === 0 && !WAYS.includes([language, theme, size].join("-"))) continue;
          await look(page, counter, [scene.name, language, theme, size]);
        }
      }
      await page.setViewportSize(ZOOMED);
      if (await sticksOut(page)) problems.push(`${scene.name} ${language}: sticks out at the side when zoomed`);
    });
  }
  await context.close();
}

/** Opens the scene on a page of its own, with a core of its own, and lets `then` do something there. */
async function inScene(context, scene, name, then) {
  const now = world(scene.world);
  const core = await serve(SITE, () => now);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
  page.on("console", (line) => {
    const expected = now.gone && line.text().includes("WebSocket");
    if (line.type() === "error" && !expected) problems.push(`${name}: ${line.text()}`);
  });
  try {
    await page.goto(core.url);
    await scene.steps(page, core, now);
    await then(page, core, now);
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
  await page.close();
  core.close();
}

async function look(page, counter, parts) {
  const name = parts.join("-");
  await page.emulateMedia({ colorScheme: parts[2] });
  await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, parts[2]);
  const onlyColours = parts[2] === "dark" || parts[3] !== ALL_RULES[parts[1]];
  for (const fault of await faults(page, onlyColours)) problems.push(`${name}: ${fault}`);
  const png = await page.screenshot();
  await writeFile(join(PICTURES, `${name}.png`), png);
  const count = await colours(counter, png, ENOUGH_COLOURS);
  if (count <= ENOUGH_COLOURS) problems.push(`${name}: only ${count} colours`);
  if (await sticksOut(page)) problems.push(`${name}: sticks out at the side`);
}

async function keyboard() {
  const context = await browser.newContext({ locale: LOCALES.en, viewport: SIZES.wide, reducedMotion: "reduce" });
  for (const story of KEYBOARD) await inScene(context, story, `keyboard: ${story.name}`, async () => {});
  await context.close();
}
