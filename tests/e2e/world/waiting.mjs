// Waiting: nothing here asserts on time, it only gives up at last.

import { setTimeout as sleep } from "node:timers/promises";

/** How long anything may take before the test gives it up: builds without optimisation on a busy computer are slow. */
export const LIMIT_MS = 60_000;
/** Between two looks at something that is waited for. */
const LOOK_MS = 40;

/** Looks again and again until there is something; a look that throws has found nothing yet. */
export async function until(what, look) {
  const start = Date.now();
  for (;;) {
    let found, wrong;
    try {
      found = await look();
    } catch (error) {
      wrong = error;
    }
    if (found) return found;
    if (Date.now() - start > LIMIT_MS) {
      throw new Error(`still not: ${what}${wrong ? `\n${wrong.message}` : ""}`);
    }
    await sleep(LOOK_MS);
  }
}

/** The promise's value, or an error that says what did not come. */
export async function within(what, promise) {
  const giveUp = new AbortController();
  const limit = sleep(LIMIT_MS, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`still not: ${what}`);
  });
  // Once the promise has won, the limit is called off.
  limit.catch(() => {});
  try {
    return await Promise.race([promise, limit]);
  } finally {
    giveUp.abort();
  }
}
