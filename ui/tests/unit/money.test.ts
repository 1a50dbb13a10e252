import { beforeEach, describe, expect, it } from "vitest";
import type { ContactRecord } from "../../src/bindings";
import { Payment } from "../../src/features/money/payment.svelte";
import { Wallet } from "../../src/features/money/wallet.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const BOB: ContactRecord = { id: "b0", name: "Bob", verified: false, state: "ready", standing: "accepted" };
const QUOTE = { to: "Bob", address: "A1", amount: "5", token: "ABC", fee: "0.001", total: "5.001", available: "9" };

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
    expect(core.last("pay")).toEqual({ to: "b0", amount: "5", memo: "pizza" });
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
    core.answers.pay_quote = () => ok({ ...QUOTE, to: "A1" });
    core.answers.send_to_address = () => ok({});
    const payment = new Payment("address");
    payment.address = " A1 ";
    payment.amount = "5";
    await payment.next();
    expect(core.last("pay_quote")).toEqual({ to: "A1", amount: "5" });
    await payment.confirm();
    expect(core.last("send_to_address")).toEqual({ address: "A1", amount: "5" });
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
