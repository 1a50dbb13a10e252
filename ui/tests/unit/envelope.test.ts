import { beforeEach, describe, expect, it } from "vitest";
import type { ContactRecord } from "../../src/bindings";
import { Share } from "../../src/features/chat/share.svelte";
import { Giving } from "../../src/features/money/giving.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok } from "./fake";

const BOB: ContactRecord = { id: "b0", name: "Bob", verified: false, state: "ready", standing: "accepted" };

let core: FakeCore;
const nothingFirst = { top_up: null, carry_over: null, merges: 0, token: "ABC", private: true };
beforeEach(() => {
  core = new FakeCore();
  core.answers.envelope_quote = () => ok(nothingFirst);
});

describe("a red envelope", () => {
  it("is made as it was typed, in one share if nothing else is said", async () => {
    core.answers.envelope_create = () => ok({});
    const giving = new Giving(BOB);
    expect([giving.incomplete, await giving.give()]).toEqual([true, false]);
    giving.amount = " １２.5 ";
    expect(await giving.give()).toBe(true);
    expect(core.last("envelope_create")).toEqual({ to: "b0", amount: "12.5", shares: 1, lucky: false, background: true, top_up: "0" });
  });

  it("says what goes before out of the private pool, and is given so when asked again", async () => {
    core.answers.envelope_create = () => ok({});
    core.answers.envelope_quote = () => ok({ ...nothingFirst, top_up: "20" });
    const giving = new Giving(BOB);
    giving.amount = "12";
    expect([await giving.give(), giving.quote?.top_up, core.times("envelope_create")]).toEqual([false, "20", 0]);
    giving.changed();
    expect(giving.quote).toBe(null);
    expect([await giving.give(), await giving.give()]).toEqual([false, true]);
    expect(core.last("envelope_create")).toMatchObject({ top_up: "20", background: true });
  });

  it("comes from the account if that is ticked, and then nothing goes before", async () => {
    core.answers.envelope_create = () => ok({});
    const giving = new Giving(BOB);
    [giving.amount, giving.public] = ["1", true];
    expect(await giving.give()).toBe(true);
    expect([core.times("envelope_quote"), core.last("envelope_create")]).toEqual([
      0,
      { to: "b0", amount: "1", shares: 1, lucky: false, public: true },
    ]);
  });

  it("carries its greeting and its split", async () => {
    core.answers.envelope_create = () => ok({});
    const giving = new Giving(BOB);
    [giving.amount, giving.shares, giving.split, giving.text] = ["10", " ３ ", "lucky", " 恭喜 "];
    await giving.give();
    expect(core.last("envelope_create")).toEqual({ to: "b0", amount: "10", shares: 3, lucky: true, background: true, top_up: "0", text: "恭喜" });
  });

  it("is not asked for in no number of shares", () => {
    const giving = new Giving(BOB);
    giving.amount = "10";
    for (const shares of ["", "a", "1.5", "-1"]) {
      giving.shares = shares;
      expect(giving.incomplete, shares).toBe(true);
    }
  });

  it("is made once, however often it is asked for", async () => {
    const slow = later();
    core.answers.envelope_create = () => slow.answer;
    const giving = new Giving(BOB);
    giving.amount = "1";
    const first = giving.give();
    expect(await giving.give()).toBe(false);
    slow.give({});
    expect(await first).toBe(true);
    expect(await giving.give()).toBe(false);
    expect(core.times("envelope_create")).toBe(1);
  });

  it("is not made again when nobody knows whether it was", async () => {
    core.answers.envelope_create = () => failed("no_answer", "");
    const giving = new Giving(BOB);
    giving.amount = "1";
    expect(await giving.give()).toBe(false);
    core.answers.envelope_create = () => ok({});
    expect([giving.over, await giving.give()]).toEqual([true, false]);
  });

  it("stays with what was typed when it is refused", async () => {
    core.answers.envelope_create = () => failed("bad_shares", "");
    const giving = new Giving(BOB);
    [giving.amount, giving.shares] = ["1", "101"];
    expect(await giving.give()).toBe(false);
    expect([giving.failure?.code, giving.amount, giving.over]).toEqual(["bad_shares", "1", false]);
  });
});

describe("a share", () => {
  it("is claimed once with one tap", async () => {
    const slow = later();
    core.answers.envelope_claim = () => slow.answer;
    const share = new Share();
    const first = share.open("e1");
    await share.open("e1");
    slow.give({});
    await first;
    expect([core.times("envelope_claim"), core.last("envelope_claim")]).toEqual([1, { id: "e1" }]);
    expect([share.busy, share.failure]).toEqual([false, null]);
  });

  it("says why there is none", async () => {
    core.answers.envelope_claim = () => failed("envelope_empty", "");
    const share = new Share();
    await share.open("e1");
    expect([share.busy, share.failure?.code]).toEqual([false, "envelope_empty"]);
  });
});
