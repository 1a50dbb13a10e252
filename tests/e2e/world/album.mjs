// The pictures of a story, numbered as they are taken, each with something on it.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { colours } from "./pictures.mjs";
import { TARGET } from "./programs.mjs";

/** A page that shows nothing, or only its background, has fewer. */
const FEWEST_COLOURS = 50;

/** A folder of pictures; what an earlier run left there is gone. */
export class Album {
  #count = 0;

  constructor(name) {
    this.folder = join(TARGET, "screenshots", name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
  }

  /** Keeps a picture under the next number. */
  add(name, png) {
    this.#count += 1;
    this.keep(`${String(this.#count).padStart(2, "0")}-${name}`, png);
  }

  /** Keeps a picture, and looks whether there is something on it. */
  keep(name, png) {
    writeFileSync(join(this.folder, `${name}.png`), png);
    const seen = colours(png);
    assert.ok(seen > FEWEST_COLOURS, `${name} has only ${seen} colours`);
  }
}
