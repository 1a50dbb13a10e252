import { afterEach, describe, expect, it } from "vitest";
import { explain } from "../../src/lib/errors";
import { en } from "../../src/lib/i18n/en";
import { speak, t } from "../../src/lib/i18n/index.svelte";
import { zh } from "../../src/lib/i18n/zh";

afterEach(() => speak("en"));

/** Every text of a catalogue by its path; functions are asked with samples. */
function texts(catalogue: object, path = ""): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]): [string, string][] => {
    const here = `${path}${key}`;
    if (typeof value === "string") return [[here, value]];
    if (typeof value === "function") return [[here, String(value(2, 3))]];
    return texts(value as object, `${here}.`);
  });
}

describe("the catalogues", () => {
  it("say the same things", () => {
    expect(texts(zh).map(([path]) => path)).toEqual(texts(en).map(([path]) => path));
  });

  it("leave nothing empty", () => {
    for (const [path, text] of [...texts(en), ...texts(zh)]) expect(text.trim(), path).not.toBe("");
  });

  it("speak Chinese where Chinese is due", () => {
    const same = new Set(["app.name", "live.said"]);
    for (const [path, text] of texts(zh)) if (!same.has(path)) expect(text, path).toMatch(/\p{Script=Han}/u);
    for (const [path, text] of texts(en)) expect(text, path).not.toMatch(/\p{Script=Han}/u);
  });

  it("count by the rules of the language", () => {
    expect(en.app.unread(1)).toBe("1 unread message");
    expect(en.app.unread(1200)).toBe("1,200 unread messages");
    expect(zh.app.unread(1)).toBe("1 条未读消息");
  });

  it("change with the language", () => {
    speak("zh");
    expect(t().nav.wallet).toBe("钱包");
  });
});

describe("errors", () => {
  it("are explained in the language in use", () => {
    const failure = { code: "insufficient_funds", message: "core's words" };
    expect(explain(failure)).toBe(en.errors.insufficient_funds);
    speak("zh");
    expect(explain(failure)).toBe(zh.errors.insufficient_funds);
  });

  it("that nobody knows show the core's own words", () => {
    expect(explain({ code: "bad_nonce", message: "the nonce is wrong" })).toBe("the nonce is wrong");
    expect(explain({ code: "toString", message: "" })).toBe("toString");
  });
});
