// The story, told by two windows of the desktop program, on a display that nobody sees.

import { test } from "node:test";
import { Windows } from "./drivers/window.mjs";
import { FIRST, LAST, THEN } from "./story/chapters.mjs";
import { tell } from "./story/tell.mjs";
import { secondStart, sideBySide } from "./story/windows.mjs";

test("Alice and Bob in their windows", async (test) => {
  await tell(test, new Windows(), [
    ...FIRST,
    ["two windows on one screen", sideBySide],
    ...THEN,
    ["a second start", secondStart],
    ...LAST,
  ]);
});
