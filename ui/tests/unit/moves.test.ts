import { beforeEach, describe, expect, it } from "vitest";
import { Moves } from "../../src/features/money/moves.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const OUTLOOK = { stage: "ecdsa", from: "A1", to: "F1", amount: "9", waiting: "0", fee: "0.007", enough: true, migrate: null, sweep: null, private: "0", pool: null };
const record = (tx: string, state: string) => ({ tx, txs: [tx], state, to: "F1", pool: null });

let core: FakeCore;
let moves: Moves;
beforeEach(async () => {
  core = new FakeCore();
  core.answers.move_outlook = () => ok(OUTLOOK);
  moves = new Moves();
  moves.watch();
  await settled();
});

describe("a move to Falcon", () => {
  it("goes from preparing over submitted to final", async () => {
    expect([moves.migration, moves.moved, moves.held]).toEqual([null, false, false]);
    const slow = later();
    core.answers.migrate = () => slow.answer;
    const going = moves.migrate();
    expect([moves.migration, moves.held]).toEqual(["preparing", true]);
    core.answers.move_outlook = () => ok({ ...OUTLOOK, migrate: record("1", "submitted") });
    slow.give(record("1", "submitted"));
    await going;
    expect([moves.migration, moves.held]).toEqual(["submitted", true]);
    core.answers.move_outlook = () => ok({ ...OUTLOOK, stage: "falcon", since: 7, migrate: record("1", "final") });
    core.tell("money");
    await settled();
    expect([moves.migration, moves.moved, moves.held]).toEqual([null, true, false]);
  });

  it("is asked for once, however often the button is pressed", async () => {
    const slow = later();
    core.answers.migrate = () => slow.answer;
    const going = moves.migrate();
    await moves.migrate();
    slow.give(record("1", "queued"));
    await going;
    expect(core.times("migrate")).toBe(1);
  });

  it("says why it was refused, and may be tried again", async () => {
    core.answers.migrate = () => failed("insufficient_funds", "");
    await moves.migrate();
    expect([moves.refusal?.code, moves.busy, moves.over]).toEqual(["insufficient_funds", null, false]);
    core.answers.move_outlook = () => ok({ ...OUTLOOK, migrate: record("1", "expired") });
    core.answers.migrate = () => failed("no_answer", "");
    await moves.migrate();
    expect([moves.migration, moves.held, moves.over]).toEqual(["failed", false, true]);
    await moves.migrate();
    expect(core.times("migrate")).toBe(2);
  });
});

describe("a sweep", () => {
  it("is confirmed before it goes to the address that was typed", async () => {
    await moves.sweepAll();
    moves.address = "  ";
    moves.ask();
    expect([moves.asking, core.times("send_all_to_falcon")]).toEqual([false, 0]);
    moves.address = " falcon:F2 ";
    moves.ask();
    expect(moves.asking).toBe(true);
    core.answers.send_all_to_falcon = () => ok(record("2", "submitted"));
    core.answers.move_outlook = () => ok({ ...OUTLOOK, sweep: record("2", "submitted") });
    await moves.sweepAll();
    expect(core.last("send_all_to_falcon")).toEqual({ address: "falcon:F2" });
    expect([moves.asking, moves.sweep, moves.held]).toEqual([false, "submitted", true]);
    core.answers.move_outlook = () => ok({ ...OUTLOOK, sweep: record("2", "final") });
    core.tell("money");
    await settled();
    expect(moves.sweep).toBe("final");
  });

  it("of last year is no news", async () => {
    core.answers.move_outlook = () => ok({ ...OUTLOOK, sweep: record("3", "final") });
    core.tell("money");
    await settled();
    expect(moves.sweep).toBe(null);
  });
});

describe("the private pool", () => {
  const holding = (pool: object | null) => ok({ ...OUTLOOK, private: "5", pool });
  const answered = (state: string) => ok({ ...record("1", "submitted"), pool: { id: "p1", state } });

  it("goes along only if there is money in it and it was ticked", async () => {
    moves.ticked = true;
    expect([moves.poolHolds, moves.withPool]).toEqual([false, false]);
    core.answers.send_all_to_falcon = () => ok(record("2", "final"));
    moves.address = "F2";
    moves.ask();
    await moves.sweepAll();
    expect(core.last("send_all_to_falcon")).toEqual({ address: "F2" });
  });

  it("pays to the account's own Falcon address while that moves in place", async () => {
    core.answers.move_outlook = () => holding(null);
    core.tell("money");
    await settled();
    moves.ticked = true;
    core.answers.send_all_to_falcon = () => answered("queued");
    core.answers.move_outlook = () => holding({ id: "p1", state: "queued" });
    await moves.migrate();
    expect(core.last("send_all_to_falcon")).toEqual({ address: "F1", with_private: true, background: true });
    expect([core.times("migrate"), moves.pool, moves.held, moves.ticked]).toEqual([0, "proving", true, false]);
    for (const [state, progress, held] of [["submitted", "submitted", true], ["final", "final", false], ["expired", "failed", false], ["cancelled", null, false]]) {
      core.answers.move_outlook = () => holding({ id: "p1", state });
      core.tell("money");
      await settled();
      expect([moves.pool, moves.held]).toEqual([progress, held]);
    }
  });

  it("of last year is no news", async () => {
    core.answers.move_outlook = () => holding({ id: "p0", state: "final" });
    core.tell("money");
    await settled();
    expect([moves.pool, moves.held]).toEqual([null, false]);
  });
});
