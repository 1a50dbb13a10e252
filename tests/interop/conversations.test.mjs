// Long random conversations and groups, for every pairing. A failure names its seed: the chore
// `cargo xtask interop --seed N` plays that one again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group } from "./conversations/group.mjs";
import { talk } from "./conversations/talk.mjs";
import { everyPairing } from "./support/people.mjs";

/** Messages of one conversation, to which a monologue comes, and of one group. */
const MESSAGES = 2000;
const GROUP_MESSAGES = 500;

const first = Number(process.env.BCM_SEED ?? 1);
const count = Number(process.env.BCM_SEEDS ?? 3);

everyPairing((sides) => {
  for (let seed = first; seed < first + count; seed++) {
    test(`each message of a random conversation is read exactly once: seed ${seed}`, async () => {
      const seen = await talk(sides, seed, MESSAGES);
      assert.ok(seen.plaintexts > MESSAGES / 2 && seen.repeats > 50 && seen.lost > 50, JSON.stringify(seen));
      assert.ok(seen.disruptions >= 7 && seen.refusals > 0, JSON.stringify(seen));
      assert.ok(seen.epoch >= 2, `the post-quantum ratchet came to epoch ${seen.epoch} only`);
    });

    test(`a group reads what its members may read, exactly once: seed ${seed}`, async () => {
      const seen = await group(sides, seed, GROUP_MESSAGES);
      assert.ok(seen.plaintexts > GROUP_MESSAGES && seen.repeats > 20, JSON.stringify(seen));
      assert.ok(seen.refusals > 0 && seen.comings > 5 && seen.goings > 0, JSON.stringify(seen));
    });
  }
});
