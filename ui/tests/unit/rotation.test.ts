import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Payment } from "../../src/features/money/payment.svelte";
import { Commitment, Rotation } from "../../src/features/money/rotation.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const TEXT = `bcm:rotate?hash=${"7".repeat(64)}&chain=${"c".repeat(64)}`;
const QUOTE = { hash: "7", fee: "0.001", enough: true, committed: false };
const DONE = { tx: "1", fee: "0.001", state: "submitted", round: null, already: false };

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the own move after the switch-off", () => {
  it("is blocked until the commitment is old enough, and looked at again until then", async () => {
    vi.useFakeTimers();
    const rotation = new Rotation();
    const steps = [
      [{ stage: "needed", text: TEXT, ready: null, round: 7 }, true, 0],
      [{ stage: "waits", text: TEXT, ready: 110, round: 12 }, true, 97],
      [{ stage: "ready", text: null, ready: null, round: 110 }, false, 0],
    ] as const;
    core.answers.rotation_show = () => ok(steps[Math.min(core.times("rotation_show"), 3) - 1]?.[0]);
    const stop = rotation.watch();
    for (const [record, blocks, left] of steps) {
      await settled();
      expect([rotation.record, rotation.blocks, rotation.left]).toEqual([record, blocks, left]);
      vi.advanceTimersByTime(5_000);
    }
    vi.advanceTimersByTime(50_000);
    await settled();
    expect(core.times("rotation_show")).toBe(3);
    stop();
  });

  it("is not blocked by a network that does not answer", async () => {
    const rotation = new Rotation();
    core.answers.rotation_show = () => failed("no_network", "");
    rotation.watch()();
    await settled();
    expect([rotation.blocks, rotation.record]).toEqual([false, null]);
  });

  it("that comes too late stays blocked", async () => {
    const rotation = new Rotation();
    core.answers.rotation_show = () => ok({ stage: "key_shown", text: null, ready: null, round: 7 });
    rotation.watch()();
    await settled();
    expect(rotation.blocks).toBe(true);
  });
});

describe("a commitment to somebody's move", () => {
  it("is told from payment links, addresses and invites", () => {
    for (const text of [TEXT, ` ${TEXT}`, "BCM:ROTATE?x"]) expect(Commitment.isMeant(text)).toBe(true);
    for (const text of ["bcm:pay?to=x", "bcm:3Kx", "F1", "", "x bcm:rotate?"]) expect(Commitment.isMeant(text)).toBe(false);
  });

  it("is recognised where addresses are typed, and paid for once", async () => {
    const payment = new Payment("address");
    core.answers.rotation_quote = () => ok(QUOTE);
    payment.address = `${TEXT} `;
    expect(await payment.look()).toBe(false);
    expect([payment.seen, payment.commitment.quote]).toEqual([null, QUOTE]);
    expect([core.last("rotation_quote"), core.times("address_look")]).toEqual([{ text: TEXT }, 0]);
    // Leaving the field asks once more: what is offered stays where it is.
    const again = payment.look();
    expect(payment.commitment.quote).toEqual(QUOTE);
    await again;
    expect(core.times("rotation_quote")).toBe(1);
    const slow = later();
    core.answers.rotation_commit = () => slow.answer;
    const going = payment.commitment.confirm();
    await payment.commitment.confirm();
    slow.give(DONE);
    await going;
    await payment.commitment.confirm();
    expect([core.times("rotation_commit"), payment.commitment.done]).toEqual([1, DONE]);
    // An address in its place is an address again.
    core.answers.address_look = () => ok({ to: "F1", first: false, looks_like: null, link: null });
    payment.address = "F1";
    expect(await payment.look()).toBe(true);
    expect(payment.commitment.quote).toBe(null);
  });

  it("says why it cannot be, and is not asked for again when nobody knows what became of it", async () => {
    const payment = new Payment("address");
    core.answers.rotation_quote = () => failed("wrong_network", "");
    payment.address = TEXT;
    await payment.look();
    expect([payment.failure?.code, payment.commitment.quote]).toEqual(["wrong_network", null]);
    core.answers.rotation_quote = () => ok({ ...QUOTE, committed: true });
    await payment.look();
    await payment.commitment.confirm();
    expect([payment.failure, core.times("rotation_commit")]).toEqual([null, 0]);
    core.answers.rotation_quote = () => ok(QUOTE);
    core.answers.rotation_commit = () => failed("no_answer", "");
    payment.commitment.forget();
    await payment.look();
    await payment.commitment.confirm();
    await payment.commitment.confirm();
    expect([core.times("rotation_commit"), payment.commitment.over]).toEqual([1, true]);
  });
});
