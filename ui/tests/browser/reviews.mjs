// Review keys in the scripted world: some that were given, one that was received.

import { message } from "./message.mjs";

const months = ["2026-11"];
const grant = (digit, more) => ({
  serial: digit.repeat(64), account: "a".repeat(64), grantee: "Rita", strength: "period", months, until: null,
  purpose: "tax", case: null, issued: "2026-11-20T10:00:00.000Z", state: "active", owner: "me",
  digits: "12345".repeat(6), stopped: null, proved: null, ...more,
});

const given = [
  grant("1"),
  grant("2", { grantee: "审计师事务所", strength: "standing", until: "2027-06", purpose: "年度审计", case: "A-77" }),
  grant("3", { strength: "incoming", state: "stopped", stopped: "2026-11-21T10:00:00.000Z" }),
];
const received = [grant("4", { grantee: "me", owner: "Bob", proved: true })];
const list = { given, received, asked: [], synced: true };

const line = (minute, more) => ({
  tx: String(minute).repeat(64).slice(0, 64), time: `2026-11-20T10:${minute}:00.000Z`, round: 9_000 + minute,
  direction: "in", kind: "pay", token: "ABC", amount: "5", fee: null, counterparty: null, memo: null,
  private: true, state: "final", remark: null, ...more,
});
const entries = [
  line(10, { kind: "faucet", amount: "100", private: false }),
  line(11, { kind: "shield", direction: "out", amount: "50", fee: "0.019392", private: false }),
  line(12, { kind: "carry_over", amount: "12.25", remark: "stated" }),
  line(12, { kind: "carry_over", amount: "3.5", remark: "proved" }),
  line(13, { memo: "九月的房租", amount: "1200" }),
  line(14, { remark: "unreadable" }),
  line(15, {
    direction: "out", fee: "0.019128", memo: "for tea",
    counterparty: "bcm1qynsqrpjw72yxzqzadwpu0ulj5etwstf5zpnay6k7zxup804ahnhpee209x9wvt4es2dj8j8cujs630dvf",
  }),
  line(15, { direction: "out", amount: "7", remark: "undisclosed" }),
];
const token = (name, total, hidden) => ({ token: name, total, transparent: "0", private: hidden, pending: "0" });
const looked = {
  account: "a".repeat(64), name: "Bob", grants: ["4".repeat(64)], entries, undisclosed_outflow: "7", round: 10_301,
  tokens: [token("ABC", "1305.23", "1255.23"), token("ABIT", "0", "0")], synced: true, pool: "months",
  pool_round: 10_301, months, receipt_months: ["2026-10"], claimed_by: ["Mallory"], refused_proofs: 2,
};

const address = "bcm1qynsqrpjw72yxzqzadwpu0ulj5etwstf5zpnay6k7zxup804ahnhpee209x9wvt4es2dj8j8cujs630dvf";
const sealed = "42434d5001".padEnd(2_200, "a7");
const shown = {
  role: "payer", amount: "12.5", token: "ABC", address, memo: "for lunch", time: "2026-11-20T10:15:00.000Z",
  round: 9_015, tx: "5".repeat(64), account: null, said: "tax office (7)", not_after: "2026-11-27T10:15:00.000Z",
  claims: [], proves: "", limits: [],
};

/** One payment is asked to be shown, or shown. */
function showing(id, from, state, more) {
  return {
    id: id.repeat(32), contact: "Bob", from, challenge: "057409bc".repeat(8), which: "the rent of September", purpose: "tax",
    time: "2026-11-20T10:20:00.000Z", not_after: new Date(Date.now() + 86_400_000).toISOString(), state, code: null, why: null,
    payment: null, ...more,
  };
}
const showings = [
  showing("1", "me", "proved", { payment: shown }),
  showing("2", "me", "refused", { code: "other_challenge", why: "It answers another challenge." }),
  showing("3", "Bob", "declined", { which: "九月的房租", purpose: "年度审计" }),
  showing("4", "me", "open"),
  showing("5", "Bob", "open", { which: "The payment for the camera that you sold me in spring, with its memo" }),
];
const asked = { challenge: "057409bc".repeat(8), card: "bcmr:3d9L5Dp".padEnd(600, "x"), verifier: "74".repeat(32), digits: "12345 ".repeat(6).trim(), showing: showings[3] };
const told = (of) => message(of.id, of.from, of.time, "", "delivered", { showing: of });
const answer = (id, of) => message(id, "Bob", of.time, "Here it is.", "received", { showing: of });
/** A conversation in which payments are asked to be shown, and shown. */
export const withShowings = [...showings.map(told), answer("a", showings[0]), answer("b", showings[1])];

/** Records of each kind, for their shapes to be checked. */
export const records = { list, looked, shown, asked, showing: showings[0], showings: { ...list, asked: showings } };

const FILES = { review_key: "bcm-review-key.bcmg", payment: "bcm-payment.bcmp", reviewer_card: "bcm-reviewer-card-2.txt" };

/** What the core answers about them. */
export const answers = {
  review_card: () => ({ card: `bcmr:${"3d9L5Dp".repeat(240)}`, digits: "12345 ".repeat(6).trim() }),
  review_challenge: () => asked,
  review_check: () => shown,
  review_grant: () => ({ grant: grant("5", { strength: "payment" }), delivery: "file", card: sealed }),
  review_import: (_, { card }) => (card.toLowerCase() === sealed ? { grant: received[0] } : null),
  review_preview: () => ({ grantee: "Rita", digits: "12345".repeat(6), months, now: "2026-11" }),
  review_list: (now) => ({ ...list, ...now.grants }),
  review_show: () => looked,
  file_save: (_, { kind }) => ({ path: `Downloads/${FILES[kind]}` }),
  review_save: (now) => now.saved ?? {
    path: "Downloads/bcm-statement-me-2026-11-01-2026-12-01.pdf", format: "pdf",
    from: "2026-11-01T00:00:00.000Z", to: "2026-11-20T11:00:00.000Z", entries: 12, opening: "0", closing: "92.7",
  },
};

const wallet = (page) => page.click('[data-test="nav-wallet"]');
/** A profile that does nothing else: its world, over that of everybody. */
const reviewer = (status) => ({
  status: { ...status, account: { ...status.account, review_only: true } },
  grants: { given: [] },
});

/** Signs a grant that is sealed to a card, and stands before its codes. */
async function seal(page) {
  await page.click('[data-test="review-give"]');
  await page.type('[data-test="review-to"]', "bcmr:3d9L5Dp");
  await page.type('[data-test="review-purpose"]', "tax");
  await page.click('[data-test="review-go"]');
  await page.click('[data-test="review-go"]');
  await page.waitForSelector('[data-test="review-codes"]');
}

/** Has the core write the file, and stands before its path. */
async function saved(page, button) {
  await page.click(`[data-test="${button}"]`);
  await page.waitForSelector(`[data-test="${button}-path"]:not(:empty)`);
}

export const scenes = (status, bob) => [
  { name: "showings", world: { conversations: { [bob]: withShowings } }, steps: async (page) => {
    await page.click(`[data-contact="${bob}"]`);
    await page.waitForSelector('[data-test="showing"]');
  } },
  { name: "showings-listed", world: { grants: { asked: showings } }, steps: async (page) => {
    await wallet(page);
    await page.locator('[data-test="review-asked"]').first().scrollIntoViewIfNeeded();
  } },
  { name: "statement", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="statement-open"]');
    await page.waitForSelector('[data-test="statement-go"]');
  } },
  { name: "statement-made", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-statement"]');
    await page.click('[data-test="statement-go"]');
    await page.waitForSelector('[data-test="statement-done"]');
  } },
  { name: "review-look", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-look"]');
    await page.waitForSelector('[data-test="look-remark"]');
  } },
  { name: "review-card", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-card"]');
    await page.waitForSelector('[data-test="card-codes"]');
    await saved(page, "card-save");
  } },
  { name: "review-sealed", steps: async (page) => {
    await wallet(page);
    await seal(page);
    await saved(page, "review-save");
  } },
  // What one screen shows another reads, out of pictures of it.
  { name: "review-opened", steps: async (page) => {
    await wallet(page);
    await seal(page);
    const codes = page.locator('[data-test="review-codes"]');
    const files = [];
    for (let at = Number(await codes.getAttribute("data-count")); at > 0; at--) {
      files.push({ name: `${at}.png`, mimeType: "image/png", buffer: await codes.screenshot() });
      await page.click('[data-test="codes-next"]');
    }
    await page.click('[data-test="review-close"]');
    await page.click('[data-test="review-open"]');
    await page.setInputFiles('[data-test="code-files"]', files.slice(1));
    await page.waitForFunction(() => document.querySelector('[data-test="code-far"]').textContent !== "");
    if (await page.$('[data-test="open-done"]')) throw new Error("it opens without all codes");
    await page.setInputFiles('[data-test="code-files"]', files.slice(0, 1));
    await page.waitForSelector('[data-test="open-done"]');
  } },
  { name: "payment-checked", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-check"]');
    await page.click('[data-test="check-ask"]');
    await page.waitForSelector('[data-test="check-challenge"]');
    const bytes = Buffer.from("42434d5001", "hex");
    await page.setInputFiles('[data-test="check-picked"]', { name: "bcm-payment.bcmp", mimeType: "application/octet-stream", buffer: bytes });
    await page.waitForFunction(() => document.querySelector('[data-test="check-file"]').value === "42434d5001");
    await page.click('[data-test="check-go"]');
    await page.waitForSelector('[data-test="check-shown"]');
  } },
  { name: "payment-asked", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-check"]');
    await page.click('[data-test="check-ask"]');
    await page.waitForSelector('[data-test="check-challenge"]');
  } },
  { name: "payment-proved", steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="history-prove"]');
    await page.type('[data-test="prove-to"]', "Rita");
    await page.type('[data-test="prove-challenge"]', "057409bc");
    await page.type('[data-test="prove-purpose"]', "tax");
    await page.click('[data-test="prove-go"]');
    await page.waitForSelector('[data-test="prove-file"]');
    await saved(page, "prove-save");
  } },
  { name: "card-save-failed", world: { fails: { file_save: "io" } }, steps: async (page) => {
    await wallet(page);
    await page.click('[data-test="review-card"]');
    await page.click('[data-test="card-save"]');
    await page.waitForSelector('[data-test="card-save-failed"]');
  } },
  { name: "review-only", world: reviewer(status), steps: async (page) => {
    await wallet(page);
    await page.waitForSelector('[data-test="review-look"]');
    if (await page.$('[data-test="wallet-send"], [data-test="review-give"]')) throw new Error("a reviewer can pay or give");
  } },
];
