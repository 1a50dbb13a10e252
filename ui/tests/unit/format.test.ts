import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as format from "../../src/lib/format";
import { speak, spokenOf } from "../../src/lib/i18n/index.svelte";
import { beginning, initials, shortened, shownName, tone } from "../../src/lib/names";

beforeEach(() => speak("en"));
afterEach(() => speak("en"));

describe("amounts", () => {
  it("are grouped and exact, however long", () => {
    expect(format.amount("0")).toBe("0");
    expect(format.amount("1094.998932")).toBe("1,094.998932");
    expect(format.amount("9007199254740993.000001")).toBe("9,007,199,254,740,993.000001");
    expect(format.money("5", "ABC")).toBe("5\u00a0ABC");
  });

  it("are left as they are if they are none", () => {
    expect(format.amount("NaN")).toBe("NaN");
    expect(format.amount("")).toBe("");
  });

  it("are read from a Chinese keyboard, too", () => {
    expect(format.typedAmount(" １２．５ ")).toBe("12.5");
    expect(format.typedAmount("12。5")).toBe("12.5");
  });
});

describe("times", () => {
  const now = new Date(2026, 10, 20, 12, 0, 0);
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5).toISOString();

  it("name the day as a person would", () => {
    expect(format.day(at(20, 0), now)).toBe("Today");
    expect(format.day(at(19, 23), now)).toBe("Yesterday");
    expect(format.day(at(17, 9), now)).toBe("Tuesday, November 17");
    speak("zh");
    expect(format.day(at(20, 0), now)).toBe("今天");
    expect(format.day(at(19, 23), now)).toBe("昨天");
  });

  it("are brief in a list", () => {
    expect(format.brief(at(20, 8), now)).toBe("08:05");
    expect(format.brief(at(17, 9), now)).toBe("Tue");
    expect(format.brief(at(2, 9), now)).toBe("11/2/26");
  });

  it("say how long ago", () => {
    expect(format.age(new Date(now.getTime() - 4_000).toISOString(), now)).toBe("4 seconds ago");
    expect(format.age(new Date(now.getTime() - 7_300_000).toISOString(), now)).toBe("2 hours ago");
    expect(format.age(new Date(now.getTime() + 9_000).toISOString(), now)).toBe("now");
  });

  it("that are none are shown as they are", () => {
    for (const show of [format.clock, format.moment]) expect(show("soon")).toBe("soon");
    expect(format.age("soon", now)).toBe("soon");
  });

  it("follow the person's own country", () => {
    speak("en", ["fr-FR", "en-GB"]);
    expect(format.day(at(17, 9), now)).toBe("Tuesday 17 November");
  });
});

describe("names", () => {
  it("show only what can be seen, on one line", () => {
    expect(shownName("Bob")).toBe("Bob");
    expect(shownName("a\u202eb\u200f\nc")).toBe("ab c");
    expect(shownName("\u200b\u3164 ", "b0123456789")).toBe("b0123456");
    expect(shownName("")).toBe("?");
  });

  it("give initials of whole characters", () => {
    expect(initials("Carol Danvers Third")).toBe("CD");
    expect(initials("小薇")).toBe("小");
    expect(initials("👩‍🚀 x")).not.toContain("\ufffd");
  });

  it("have one of eight colours, always the same", () => {
    expect(tone("b0")).toBe(tone("b0"));
    for (const id of ["a", "b", "c", "ff".repeat(32)]) expect(tone(id)).toBeLessThan(8);
  });

  it("keep emoji of several parts whole", () => {
    expect(shownName("Ann 👩‍🚀 👩🏽‍🚀 a\u200db")).toBe("Ann 👩‍🚀 👩🏽‍🚀 ab");
  });

  it("and texts are cut between characters", () => {
    expect(beginning("short", 5)).toBe("short");
    expect(beginning("abcd𠮷", 4)).toBe("abcd…");
    expect(beginning("abc𠮷d", 4)).toBe("abc…");
  });

  it("are shortened in the middle", () => {
    expect(shortened("A8vN2kQ7yTfL4mWc9ZrXe3bJdHgSuPx5Rt")).toBe("A8vN2kQ7…gSuPx5Rt");
    expect(shortened("short")).toBe("short");
  });
});

describe("the system's languages", () => {
  it("choose the first that we speak", () => {
    expect(spokenOf(["de-DE", "zh-CN", "en"], "en")).toBe("zh");
    expect(spokenOf(["en-US", "zh"], "en")).toBe("en");
    expect(spokenOf(["de"], "en")).toBe("en");
  });
});
