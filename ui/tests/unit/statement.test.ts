import { beforeEach, describe, expect, it } from "vitest";
import { Statement, dayAfter, monthOf, zoneOf } from "../../src/features/statement/statement.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, ok } from "./fake";

const NOW = new Date("2026-11-30T23:30:00Z");

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

describe("a statement", () => {
  it("begins with the month that it is in UTC, and its last day belongs to it", async () => {
    core.answers.review_save = () => ok({ path: "/x" });
    const statement = new Statement({ account: "me", receipts: false }, NOW);
    expect([statement.from, statement.last]).toEqual(["2026-11-01", "2026-11-30"]);
    await statement.make();
    expect(core.last("review_save")).toMatchObject({
      account: "me",
      from: "2026-11-01",
      to: "2026-12-01",
      format: "pdf",
    });
    expect(statement.saved?.path).toBe("/x");
  });

  it("is not asked for without a period", async () => {
    const statement = new Statement({ account: "me", receipts: false }, NOW);
    for (const last of ["", "2026-10-31"]) {
      statement.last = last;
      await statement.make();
    }
    expect(core.times("review_save")).toBe(0);
  });

  it("says why it could not be made, and can be asked for again", async () => {
    core.answers.review_save = () => failed("no_network", "behind");
    const statement = new Statement({ account: "me", receipts: false }, NOW);
    await statement.make();
    expect([statement.failure?.code, statement.saved, statement.busy]).toEqual(["no_network", null, false]);
    core.answers.review_save = () => ok({ path: "/x" });
    await statement.make();
    expect(statement.failure).toBeNull();
    statement.again();
    expect(statement.saved).toBeNull();
  });

  it("counts days over the ends of months and years, and zones on both sides of UTC", () => {
    expect([dayAfter("2026-12-31"), dayAfter("2028-02-28"), dayAfter("no day")]).toEqual([
      "2027-01-01",
      "2028-02-29",
      "no day",
    ]);
    expect(monthOf(new Date("2027-01-01T00:00:00Z"))).toEqual(["2027-01-01", "2027-01-31"]);
    expect([0, -480, 210].map(zoneOf)).toEqual(["Z", "+08:00", "-03:30"]);
  });
});
