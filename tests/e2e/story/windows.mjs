// What only windows have to get right: their place on the screen, and that a profile has but one.

import assert from "node:assert/strict";
import { binary, Program } from "../world/programs.mjs";
import { encode } from "../world/pictures.mjs";
import { screen } from "../world/screen.mjs";
import { until } from "../world/waiting.mjs";

const USUAL = { width: 1100, height: 760 };
const HALF = { width: 640, height: 900 };
/** Rows of points that cross a name at the top and the line for writing at the bottom. */
const ROWS = [30, 870];

/** Both windows beside each other, as they are on the screen; each as its owner likes it. */
export async function sideBySide({ alice, bob, album }) {
  await bob.chooses("zh", "dark");
  for (const [person, x] of [[alice, 0], [bob, HALF.width]]) {
    await person.opensChat();
    await person.page.place({ x, y: 0, ...HALF });
    await person.page.settled();
  }
  const shown = await until("two windows that are drawn from top to bottom", async () => {
    const shown = await screen();
    return [0, HALF.width].every((x) => isDrawn(shown, x)) && shown;
  });
  album.keep("both", encode(shown.points, shown.width, shown.height));
  for (const person of [alice, bob]) await person.page.place({ x: 0, y: 0, ...USUAL });
  await bob.chooses("en", "light");
}

/** What is not drawn yet has one colour. */
function isDrawn({ points, width }, x) {
  return ROWS.every((y) => {
    const start = (y * width + x) * 3;
    const row = points.subarray(start, start + HALF.width * 3);
    return row.some((value, at) => value !== row[at % 3]);
  });
}

/** A second start raises the window that is there. */
export async function secondStart({ alice }) {
  const again = new Program(binary("bcm-desktop"), ["--profile", alice.profile]);
  assert.equal(await again.output(), "already open\n");
  await alice.sees("profile-name");
}
