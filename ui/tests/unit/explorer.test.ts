import { beforeEach, describe, expect, it } from "vitest";
import type { RoundRecord } from "../../src/bindings";
import { Doctor } from "../../src/features/explorer/doctor.svelte";
import { Exploration } from "../../src/features/explorer/explorer.svelte";
import { height, look, step, tally } from "../../src/features/explorer/strip";
import { bytes, span } from "../../src/lib/format";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

const round = (more: Partial<RoundRecord>): RoundRecord => ({
  round: 7, time: "2026-11-20T10:00:00Z", view: 0, proposer: "1b6e90c2", empty: false, signers: 3, managers: 4, gap_ms: 1000, ...more,
});

describe("the explorer", () => {
  it("asks again with each header and each change of the connection, and stops when told to", async () => {
    core.answers.explorer = () => ok({ round: 1 });
    const exploration = new Exploration();
    const stop = exploration.watch();
    await settled();
    expect([exploration.record?.round, core.last("explorer")]).toEqual([1, {}]);
    for (const topic of ["light", "connection", "all"] as const) {
      core.tell(topic);
      await settled();
    }
    expect(core.times("explorer")).toBe(4);
    core.tell("money");
    stop();
    core.tell("light");
    await settled();
    expect(core.times("explorer")).toBe(4);
  });

  it("keeps what it showed when asking again fails, and says why", async () => {
    core.answers.explorer = () => ok({ round: 1 });
    const exploration = new Exploration();
    exploration.watch();
    await settled();
    core.answers.explorer = () => failed("profile_in_use", "");
    core.tell("light");
    await settled();
    expect([exploration.record?.round, exploration.failure?.code]).toEqual([1, "profile_in_use"]);
    core.answers.explorer = () => failed("no_core", "");
    core.tell("light");
    await settled();
    expect(exploration.failure).toBeNull();
  });
});

describe("the doctor", () => {
  const finding = (code: string, health: string) => ({ code, health, ms: null, node: null, said: "", advice: null });

  it("examines once at a time and counts what is not well", async () => {
    const { answer, give } = later();
    core.answers.doctor = () => answer;
    const doctor = new Doctor();
    expect(doctor.unwell).toBeNull();
    const first = doctor.examine();
    await doctor.examine();
    expect([doctor.busy, core.times("doctor")]).toEqual([true, 1]);
    give({ findings: [finding("home_reached", "good"), finding("quic_shut", "fair"), finding("clock_ahead", "bad")] });
    await first;
    expect([doctor.busy, doctor.unwell]).toEqual([false, 2]);
  });

  it("keeps what it found when the next examination fails", async () => {
    core.answers.doctor = () => ok({ findings: [finding("home_reached", "good")] });
    const doctor = new Doctor();
    await doctor.examine();
    core.answers.doctor = () => failed("no_network", "");
    await doctor.examine();
    expect([doctor.unwell, doctor.failure?.code]).toEqual([0, "no_network"]);
    core.answers.doctor = () => ok({ findings: [] });
    await doctor.examine();
    expect(doctor.failure).toBeNull();
  });
});

describe("the strip of rounds", () => {
  it("draws a round by its share of four intervals, never nothing and never more than the field", () => {
    expect(height(round({ gap_ms: 1000 }), 1000)).toBe(25);
    expect(height(round({ gap_ms: 4000 }), 1000)).toBe(100);
    expect(height(round({ gap_ms: 90_000 }), 1000)).toBe(100);
    for (const gap_ms of [null, 0, 1]) expect(height(round({ gap_ms }), 1000)).toBe(8);
    expect(height(round({}), 0)).toBe(8);
  });

  it("tells views, empty blocks and what was not looked at apart", () => {
    const views = [0, 1, 2, 9, null].map((view) => look(round({ view })));
    expect(views).toEqual(["first", "second", "later", "later", "unknown"]);
    expect(look(round({ empty: true, view: 3 }))).toBe("empty");
  });

  it("is walked by keys and never left at its ends", () => {
    const steps = ["ArrowLeft", "ArrowRight", "Home", "End", "Tab"].map((key) => step(key, 0, 60));
    expect(steps).toEqual([0, 1, 0, 59, null]);
    expect(step("ArrowRight", 59, 60)).toBe(59);
  });

  it("counts votes by their mark", () => {
    expect(tally(["signed", "absent", "signed", "unknown"], "signed")).toBe(2);
    expect(tally([], "absent")).toBe(0);
  });
});

describe("measures", () => {
  it("are said in the unit that people would use", () => {
    const spans = [0, 999, 2500, 45_000, 150_000, 7_200_000, 1_209_600_000].map(span);
    expect(spans).toEqual(["0 ms", "999 ms", "2.5 sec", "45 sec", "3 min", "2 hr", "14 days"]);
    expect([12, 9120, 48_213, 7_000_000].map(bytes)).toEqual(["12 byte", "9.1 kB", "48 kB", "7 MB"]);
  });
});
