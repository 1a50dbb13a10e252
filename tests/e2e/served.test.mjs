// The story, told by two pages in Chromium that `bcm serve` serves.

import { test } from "node:test";
import { Served } from "./drivers/served.mjs";
import { FIRST, LAST, THEN } from "./story/chapters.mjs";
import { beforeTheCamera, noComplaints, secondTab, withoutToken } from "./story/pages.mjs";
import { tell } from "./story/tell.mjs";

test("Alice and Bob in a browser", async (test) => {
  await tell(test, new Served(), [
    ...FIRST,
    ...THEN,
    ["a second tab", secondTab],
    ["a code before the camera", beforeTheCamera],
    ["a page without its secret", withoutToken],
    ...LAST,
    ["a console without complaints", noComplaints],
  ]);
});
