// axe-core looks at a page for what keeps people from using it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fetched } from "../world/programs.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"];

/** The library, put into pages that do not have it yet. */
export class Axe {
  #source = readFileSync(fetched.resolve("axe-core/axe.min.js"), "utf8");

  /** Fails with what it finds. */
  async inspect(page, view) {
    if (!(await page.run(() => "axe" in window))) await page.run(this.#source);
    const found = await page.run(async (values) => {
      const wanted = { runOnly: { type: "tag", values }, resultTypes: ["violations"] };
      const { violations } = await window.axe.run(document, wanted);
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
    }, TAGS);
    assert.deepEqual(found, [], `axe finds nothing in ${view}`);
  }
}
