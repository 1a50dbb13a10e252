// Tells a story, chapter by chapter, and leaves nothing behind, however it ends.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Album } from "../world/album.mjs";
import { Devnet } from "../world/network.mjs";
import { endAll } from "../world/programs.mjs";
import { Person } from "./person.mjs";

/** Tells these chapters of Alice and Bob in front of windows or pages. */
export async function tell(test, front, chapters) {
  const folder = mkdtempSync(join(tmpdir(), "bcm-story-"));
  const album = new Album(front.name);
  const net = new Devnet(folder);
  const world = { net, folder, front, album };
  for (const name of ["Alice", "Bob", "Carol"]) world[name.toLowerCase()] = new Person(name, world);
  let complete = false;
  try {
    await net.start();
    await front.begin(folder);
    for (const [name, chapter] of chapters) await tellOne(test, name, () => chapter(world));
    complete = true;
  } finally {
    if (!complete) await lookAround(world);
    await front.end();
    const said = await endAll();
    if (!complete) console.error(said);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One chapter; the story cannot go on without it. */
async function tellOne(test, name, chapter) {
  let wrong;
  await test.test(name, async () => {
    try {
      await chapter();
    } catch (error) {
      wrong = error;
      throw error;
    }
  });
  if (wrong) throw new Error(`the story ends with: ${name}`);
}

/** What is to be seen where the story broke off. */
async function lookAround({ alice, bob, carol, album }) {
  for (const person of [alice, bob, carol].filter(({ seat }) => seat)) {
    try {
      console.error(`--- ${person.name} sees\n${await person.page.words()}`);
      album.keep(`broken-${person.name}`, await person.page.picture());
    } catch (error) {
      console.error(`--- ${person.name} sees nothing: ${error.message}`);
    }
  }
}
