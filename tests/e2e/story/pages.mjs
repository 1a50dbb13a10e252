// What only a page in a browser has to get right: its address, its tabs, its camera, the console.

import assert from "node:assert/strict";
import { hold } from "../drivers/camera.mjs";
import { ChromiumPage } from "../drivers/chromium.mjs";
import { at } from "../drivers/page.mjs";
import { until } from "../world/waiting.mjs";
import { agree, say } from "./talking.mjs";

/** Two tabs on one program show the same. */
export async function secondTab({ alice, bob }) {
  await bob.opensChat();
  await alice.opensChat();
  const [first, second] = [alice.page, await ChromiumPage.open(alice.seat.context)];
  await second.goto(alice.seat.url);
  alice.seat.page = second;
  await alice.opensChat();
  await say(alice, "From the second tab.");
  await agree({ alice, bob });
  alice.seat.page = first;
  await agree({ alice, bob });
  assert.deepEqual(second.complaints, []);
  await second.close();
}

/** A payment link before the camera is read; nobody sees through the camera any longer. */
export async function beforeTheCamera({ alice, bob, folder }) {
  const { link } = await bob.bcm("link", "create", "--amount", "1.25");
  hold(link, folder);
  await alice.goes("wallet");
  await alice.clicks("wallet-send");
  await alice.clicks("code-camera");
  await alice.until("what the code says", async (page) => {
    assert.deepEqual([await page.value(at("pay-address")), await page.value(at("pay-amount"))], [link, "1.25"]);
    return true;
  });
  assert.equal(await alice.page.count("video"), 0);
  await alice.shows("before-the-camera");
  await alice.clicks("pay-close");
}

/** Without the link's secret there is a sentence, and nothing of Alice. */
export async function withoutToken({ alice, front, album }) {
  const address = alice.seat.url.split("#")[0];
  for (const [name, url] of [["no-token", address], ["wrong-token", `${address}#token=${"A".repeat(43)}`]]) {
    const stranger = await front.stranger();
    await stranger.goto(url);
    await until("a sentence that speaks of the link", async () => {
      const words = await stranger.words();
      assert.match(words, /\blink\b/i);
      return true;
    });
    assert.equal(await stranger.count(at("profile-name")), 0);
    assert.ok(!(await stranger.words()).includes(alice.name));
    await front.inspect(stranger, name);
    album.add(name, await stranger.picture());
    await stranger.close();
  }
}

/** All this while no browser had anything to complain about. */
export async function noComplaints({ front }) {
  assert.deepEqual(front.complaints(), []);
}
