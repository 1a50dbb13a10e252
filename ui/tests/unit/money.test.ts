import { beforeEach, describe, expect, it } from "vitest";
import type { ContactRecord, RequestRecord, TransferRecord } from "../../src/bindings";
import { Payment } from "../../src/features/money/payment.svelte";
import { Pool } from "../../src/features/money/pool.svelte";
import { Transfers } from "../../src/features/money/transfers.svelte";
import { Wallet } from "../../src/features/money/wallet.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const BOB: ContactRecord = { id: "b0", name: "Bob", verified: false, state: "ready", standing: "accepted" };
const PUBLIC = {
  to: "Bob", address: "A1", amount: "5", token: "ABC", fee: "0.001", total: "5.001", available: "9",
  private: false, top_up: null, carry_over: null, merges: 0, shows: "all", choice: true, verified: false,
};
const QUOTE = { ...PUBLIC, address: "bcm1x", private: true, top_up: "10", shows: "nothing" };

const SEEN = { to: "A1", kind: "ecdsa", whose: "paid", name: null, first: false, looks_like: null, link: null };

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

describe("a payment", () => {
  it("is quoted first, then paid by the contact's id and the quoted amount", async () => {
    core.answers.pay_quote = () => ok(QUOTE);
    core.answers.pay = () => ok({});
    const payment = new Payment(BOB);
    payment.amount = " ５ ";
    payment.memo = " pizza ";
    await payment.next();
    expect(core.last("pay_quote")).toEqual({ to: "b0", amount: "5" });
    expect(core.times("pay")).toBe(0);
    expect(await payment.confirm()).toBe(true);
    expect(core.last("pay")).toEqual({ to: "b0", amount: "5", private: true, background: true, top_up: "10", memo: "pizza" });
  });

  it("is asked again when more would have to be put in than was shown", async () => {
    core.answers.pay_quote = () => ok({ ...QUOTE, top_up: null });
    core.answers.pay = () => failed("top_up_needed", "");
    const payment = new Payment(BOB);
    payment.amount = "5";
    await payment.next();
    core.answers.pay_quote = () => ok({ ...QUOTE, top_up: "20" });
    expect(await payment.confirm()).toBe(false);
    expect(core.last("pay")).toMatchObject({ top_up: "0" });
    expect([payment.failure?.code, payment.quote?.top_up, payment.over]).toEqual(["top_up_needed", "20", false]);
    core.answers.pay = () => ok({});
    expect(await payment.confirm()).toBe(true);
    expect([core.last("pay"), core.times("pay")]).toEqual([expect.objectContaining({ top_up: "20" }), 2]);
  });

  it("is public once the person says so, or where it cannot be private", async () => {
    core.answers.pay_quote = (({ public: seen }: { public?: boolean }) => ok(seen ? PUBLIC : QUOTE)) as never;
    core.answers.pay = () => ok({});
    const payment = new Payment(BOB);
    payment.amount = "5";
    await payment.next();
    expect([payment.quote?.private, payment.quote?.top_up]).toEqual([true, "10"]);
    await payment.otherWay();
    expect([payment.quote?.private, core.last("pay_quote")]).toEqual([false, { to: "b0", amount: "5", public: true }]);
    expect(await payment.confirm()).toBe(true);
    expect(core.last("pay")).toEqual({ to: "b0", amount: "5", public: true });
  });

  it("keeps the way that is shown when the other one is refused", async () => {
    core.answers.pay_quote = () => ok(PUBLIC);
    const payment = new Payment(BOB);
    payment.amount = "5";
    await payment.next();
    core.answers.pay_quote = () => failed("insufficient_funds", "");
    await payment.otherWay();
    expect([payment.quote?.private, payment.failure?.code]).toEqual([false, "insufficient_funds"]);
    core.answers.pay_quote = () => ok({ ...PUBLIC, choice: false });
    await payment.next();
    const asked = core.times("pay_quote");
    await payment.otherWay();
    expect(core.times("pay_quote")).toBe(asked);
  });

  it("of a request is quoted with its sum, and pays the request", async () => {
    core.answers.pay_quote = () => ok(QUOTE);
    core.answers.request_pay = () => ok({});
    const payment = new Payment(BOB, { id: "r1", amount: "12.5" } as RequestRecord);
    await payment.next();
    expect(core.last("pay_quote")).toEqual({ to: "b0", amount: "12.5", request: "r1" });
    expect(await payment.confirm()).toBe(true);
    expect([core.last("request_pay"), core.times("pay")]).toEqual([{ id: "r1", private: true, background: true, top_up: "10" }, 0]);
  });

  it("happens once, however often it is confirmed", async () => {
    const slow = later();
    core.answers.pay_quote = () => ok(QUOTE);
    core.answers.pay = () => slow.answer;
    const payment = new Payment(BOB);
    await payment.next();
    const first = payment.confirm();
    expect(await payment.confirm()).toBe(false);
    slow.give({});
    expect(await first).toBe(true);
    expect(await payment.confirm()).toBe(false);
    expect(core.times("pay")).toBe(1);
  });

  it("is not asked for again when nobody knows whether it happened", async () => {
    core.answers.pay_quote = () => ok(QUOTE);
    core.answers.pay = () => failed("no_answer", "");
    const payment = new Payment(BOB);
    await payment.next();
    expect(await payment.confirm()).toBe(false);
    expect([payment.failure?.code, payment.busy, payment.over]).toEqual(["no_answer", false, true]);
    core.answers.pay = () => ok({});
    expect(await payment.confirm()).toBe(false);
    expect(core.times("pay")).toBe(1);
  });

  it("stays with what was typed when it is refused", async () => {
    core.answers.pay_quote = () => failed("bad_amount", "");
    const payment = new Payment(BOB);
    payment.amount = "5,5,5";
    await payment.next();
    expect([payment.quote, payment.failure?.code, payment.amount]).toEqual([null, "bad_amount", "5,5,5"]);
    core.answers.pay_quote = () => ok(QUOTE);
    await payment.next();
    core.answers.pay = () => failed("insufficient_funds", "");
    expect(await payment.confirm()).toBe(false);
    expect([payment.failure?.code, payment.busy]).toEqual(["insufficient_funds", false]);
  });

  it("to an address goes where the quote says, without a memo", async () => {
    core.answers.address_look = () => ok(SEEN);
    core.answers.pay_quote = () => ok({ ...PUBLIC, to: "A1" });
    core.answers.pay = () => ok({});
    const payment = new Payment("address");
    payment.address = " A1 ";
    payment.amount = "5";
    await payment.next();
    expect(core.last("address_look")).toEqual({ text: "A1" });
    expect(core.last("pay_quote")).toEqual({ to: "A1", amount: "5" });
    await payment.confirm();
    expect(core.last("pay")).toEqual({ to: "A1", amount: "5", public: true });
  });

  it("to a new address, or one that looks like another, waits until the person has agreed", async () => {
    for (const seen of [{ ...SEEN, first: true }, { ...SEEN, looks_like: { address: "A2", whose: "paid", name: null } }]) {
      core.answers.address_look = () => ok(seen);
      core.answers.pay_quote = () => ok(PUBLIC);
      core.answers.pay = () => ok({});
      const payment = new Payment("address");
      [payment.address, payment.amount] = ["A1", "5"];
      await payment.next();
      const before = core.times("pay");
      expect([payment.doubtful, await payment.confirm(), core.times("pay")]).toEqual([true, false, before]);
      payment.agreed = true;
      expect(await payment.confirm()).toBe(true);
      expect(core.last("pay")).toEqual({ to: "A1", amount: "5", public: true, sure: true });
    }
  });

  it("of a link takes amount and memo from it, and is agreed to anew for another address", async () => {
    const link = { link: "bcm:pay?x", to: "A1", kind: "ecdsa", amount: "2.5", memo: "books", expires: null };
    core.answers.address_look = () => ok({ ...SEEN, first: true, link });
    core.answers.pay_quote = () => ok(QUOTE);
    const payment = new Payment("address");
    payment.address = "bcm:pay?x";
    expect(await payment.look()).toBe(true);
    expect([payment.asked, payment.amount, payment.memo]).toEqual([true, "2.5", "books"]);
    await payment.next();
    payment.agreed = true;
    payment.change();
    expect([payment.agreed, payment.quote]).toEqual([false, null]);
  });

  it("to what is no address is not quoted", async () => {
    core.answers.address_look = () => failed("wrong_network", "");
    const payment = new Payment("address");
    [payment.address, payment.amount] = ["bcm:pay?x", "5"];
    await payment.next();
    expect([payment.failure?.code, payment.quote, core.times("pay_quote")]).toEqual(["wrong_network", null, 0]);
  });
});

describe("private payments under way", () => {
  const WISH = { id: "t1", state: "queued", step: "proving" } as TransferRecord;

  it("are shown while they may still happen, and called off once", async () => {
    core.answers.transfer_list = () => ok({ transfers: [WISH, { ...WISH, id: "t0", state: "expired", step: null }] });
    const transfers = new Transfers();
    transfers.watch();
    await settled();
    expect(transfers.open.map(({ id }) => id)).toEqual(["t1"]);
    const slow = later();
    core.answers.transfer_cancel = () => slow.answer;
    const first = transfers.cancel("t1");
    await transfers.cancel("t1");
    expect([transfers.cancelling, core.times("transfer_cancel")]).toEqual(["t1", 1]);
    core.answers.transfer_list = () => ok({ transfers: [{ ...WISH, state: "cancelled", step: null }] });
    slow.give({});
    await first;
    expect([transfers.cancelling, transfers.open, transfers.failure]).toEqual([null, [], null]);
  });

  it("say when it is too late", async () => {
    core.answers.transfer_list = () => ok({ transfers: [] });
    core.answers.transfer_cancel = () => failed("too_late", "");
    const transfers = new Transfers();
    await transfers.cancel("t1");
    expect(transfers.failure?.code).toBe("too_late");
  });
});

describe("the private pool", () => {
  it("takes money in once, however often it is asked", async () => {
    const slow = later();
    core.answers.top_up_later = () => slow.answer;
    const pool = new Pool();
    await pool.putIn();
    pool.amount = " ２０ ";
    const first = pool.putIn();
    await pool.putIn();
    slow.give({ putting_in: "20", small: [] });
    await first;
    expect([core.times("top_up_later"), core.last("top_up_later"), pool.record?.putting_in, pool.amount]).toEqual([1, { amount: "20" }, "20", ""]);
  });

  it("keeps what was typed when it is refused, and drops it when nobody knows", async () => {
    core.answers.top_up_later = () => failed("insufficient_funds", "");
    const pool = new Pool();
    pool.amount = "20";
    await pool.putIn();
    expect([pool.failure?.code, pool.amount, pool.record]).toEqual(["insufficient_funds", "20", null]);
    core.answers.top_up_later = () => failed("no_answer", "");
    await pool.putIn();
    expect([pool.failure?.code, pool.amount]).toEqual(["no_answer", ""]);
  });
});

describe("the wallet", () => {
  it("shows the newest first, page by page", async () => {
    const entries = Array.from({ length: 60 }, (_, index) => ({ tx: String(index) }));
    core.answers.balance = () => ok({ tokens: [], addresses: [], round: 7, synced: true });
    core.answers.history = () => ok({ entries, synced: true });
    const wallet = new Wallet();
    wallet.watch();
    await settled();
    expect(wallet.balance?.round).toBe(7);
    expect([wallet.shown[0]?.tx, wallet.shown.length, wallet.hasEarlier]).toEqual(["59", 50, true]);
    wallet.earlier();
    expect([wallet.shown.length, wallet.hasEarlier]).toEqual([60, false]);
  });

  it("offers the gift until the history has it", async () => {
    const wallet = new Wallet();
    expect(wallet.mayTakeGift).toBe(false);
    core.answers.balance = () => ok({ tokens: [], addresses: [], round: 7, synced: true });
    core.answers.history = () => ok({ entries: [{ tx: "1", kind: "pay" }], synced: true });
    wallet.watch();
    await settled();
    expect(wallet.mayTakeGift).toBe(true);
    core.answers.history = () => ok({ entries: [{ tx: "2", kind: "faucet" }], synced: true });
    core.tell("money");
    await settled();
    expect(wallet.mayTakeGift).toBe(false);
  });

  it("takes the gift once at a time and explains why there is none", async () => {
    const slow = later();
    core.answers.faucet = () => slow.answer;
    const wallet = new Wallet();
    const first = wallet.takeGift();
    await wallet.takeGift();
    expect(core.times("faucet")).toBe(1);
    slow.give({ amount: "100", token: "ABC" });
    await first;
    expect(wallet.gift?.amount).toBe("100");
    core.answers.faucet = () => failed("faucet_used", "");
    await wallet.takeGift();
    expect([wallet.gift, wallet.giftFailure?.code]).toEqual([null, "faucet_used"]);
  });
});
