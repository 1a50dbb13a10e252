// What every view must stand: no fault of accessibility, and more than a blank page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Puts axe into the page, past its policy. */
export async function prepare(page) {
  await page.evaluate(`${AXE};0`);
}

/** The faults that axe finds, one line each: of everything, or of colours alone. */
export async function faults(page, onlyColours) {
  const runOnly = onlyColours ? ["color-contrast"] : TAGS;
  const violations = await page.evaluate(
    (rules) => globalThis.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then((done) => done.violations),
    runOnly,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`));
}

/** How many colours a picture has, counted no further than `enough`. */
export async function colours(counter, png, enough) {
  return counter.evaluate(
    async ([base64, most]) => {
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const drawing = new OffscreenCanvas(image.width, image.height).getContext("2d");
      drawing.drawImage(image, 0, 0);
      const seen = new Set();
      for (const pixel of new Uint32Array(drawing.getImageData(0, 0, image.width, image.height).data.buffer)) {
        seen.add(pixel);
        if (seen.size > most) break;
      }
      return seen.size;
    },
    [png.toString("base64"), enough],
  );
}

/** True if the page can be scrolled sideways or a control is cut off at its side, as no view may. */
export function sticksOut(page) {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll("button, input, textarea, select")];
    const cut = controls.some((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth);
    return cut || document.documentElement.scrollWidth > innerWidth;
  });
}
