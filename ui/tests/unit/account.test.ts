import { beforeEach, describe, expect, it } from "vitest";
import { Profile } from "../../src/features/account/profile.svelte";
import { Words } from "../../src/features/account/words.svelte";
import { NewContact, Request } from "../../src/features/contacts/people.svelte";
import { Safety } from "../../src/features/contacts/safety.svelte";
import { Join } from "../../src/features/node/join.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
  core.answers.status = () => ok({ profile: "none" });
});

describe("the profile", () => {
  it("is asked for again when it or the connection changes", async () => {
    const profile = new Profile();
    profile.watch();
    await settled();
    expect(profile.status?.profile).toBe("none");
    core.answers.status = () => ok({ profile: "open" });
    core.tell("connection");
    await settled();
    expect(profile.status?.profile).toBe("open");
    core.answers.status = () => failed("no_core", "");
    core.tell("all");
    await settled();
    expect([profile.status?.profile, profile.failure]).toEqual(["open", null]);
  });

  it("is made with what was given and nothing else", async () => {
    core.answers.account_new = () => ok({});
    const profile = new Profile();
    await profile.create("  Alice ", "");
    expect(core.last("account_new")).toEqual({ name: "Alice" });
    await profile.create("", "secret ");
    expect(core.last("account_new")).toEqual({ passphrase: "secret " });
  });

  it("is restored from words however they are set apart", async () => {
    core.answers.account_restore = () => failed("bad_words", "");
    const profile = new Profile();
    expect(await profile.restore(" 1. Able\n2) acid，ａｌｓｏ\u3000", "", "")).toBe(false);
    expect(core.last("account_restore")).toEqual({ words: "able acid also" });
    expect(profile.failure?.code).toBe("bad_words");
    profile.forgetFailure();
    expect(profile.failure).toBeNull();
  });

  it("keeps the reason why it did not open", async () => {
    core.answers.status = () => ok({ profile: "locked" });
    core.answers.profile_open = () => failed("wrong_key", "");
    const profile = new Profile();
    expect(await profile.open("no")).toBe(false);
    expect([profile.failure?.code, profile.busy]).toEqual(["wrong_key", false]);
  });

  it("stays closed with its reason when opening answers that it is still closed", async () => {
    core.answers.profile_open = () => ok({ profile: "closed", trouble: { code: "profile_in_use", message: "" } });
    core.answers.status = () => ok({ profile: "closed", trouble: { code: "profile_in_use", message: "" } });
    const profile = new Profile();
    await profile.open();
    expect([profile.status?.profile, profile.status?.trouble?.code]).toEqual(["closed", "profile_in_use"]);
  });
});

describe("the words", () => {
  const all = Array.from({ length: 24 }, (_, index) => `word${index + 1}`);

  it("are shown, asked for by three, confirmed, and forgotten", async () => {
    core.answers.account_words = () => ok({ words: all });
    core.answers.account_confirm_words = () => ok({});
    const words = new Words();
    await words.show();
    expect([words.step, words.words.length]).toEqual(["shown", 24]);
    words.check();
    const numbers = words.asked.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(3);
    for (const number of numbers) expect(number >= 1 && number <= 24).toBe(true);
    words.asked.forEach((asked) => (asked.word = ` Word${asked.number} `));
    await words.confirm();
    expect(core.last("account_confirm_words")).toEqual({
      words: numbers.map((number) => ({ number, word: `word${number}` })),
    });
    expect([words.step, words.words.length, words.asked.length]).toEqual(["closed", 0, 0]);
  });

  it("stay asked for until they are right", async () => {
    core.answers.account_words = () => ok({ words: all });
    core.answers.account_confirm_words = () => failed("bad_words", "");
    const words = new Words();
    await words.show();
    words.check();
    await words.confirm();
    expect([words.step, words.failure?.code]).toEqual(["check", "bad_words"]);
    words.again();
    expect([words.step, words.failure]).toEqual(["shown", null]);
  });
});

describe("contacts", () => {
  it("are added by an invite, whatever line breaks it came with", async () => {
    core.answers.contact_add = () => ok({ contact: { id: "b0" } });
    const contact = new NewContact();
    expect((await contact.add(" bcm:ab\n cd "))?.id).toBe("b0");
    expect(core.last("contact_add")).toEqual({ invite: "bcm:abcd" });
    core.answers.contact_add = () => failed("own_invite", "");
    expect(await contact.add("bcm:x")).toBeNull();
    expect(contact.failure?.code).toBe("own_invite");
  });

  it("who ask are accepted or declined by id", async () => {
    core.answers.contact_accept = () => ok({});
    core.answers.contact_decline = () => failed("no_network", "");
    const request = new Request("d0");
    expect(await request.accept()).toBe(true);
    expect(core.last("contact_accept")).toEqual({ contact: "d0" });
    expect(await request.decline()).toBe(false);
    expect(request.failure?.code).toBe("no_network");
  });
});

describe("a safety number", () => {
  const shown = { digits: "0123456789".repeat(6), payload: "CAIS" };
  const loaded = async () => {
    core.answers.contact_safety = () => ok(shown);
    const safety = new Safety("b0");
    await safety.load();
    return safety;
  };

  it("is shown in twelve groups of five", async () => {
    const safety = await loaded();
    expect(core.last("contact_safety")).toEqual({ contact: "b0" });
    expect(safety.groups).toEqual(Array.from({ length: 6 }, () => ["01234", "56789"]).flat());
    expect(safety.shown?.payload).toBe("CAIS");
  });

  it("can be asked for again after a failure", async () => {
    core.answers.contact_safety = () => failed("profile_in_use", "");
    const safety = new Safety("b0");
    await safety.load();
    expect([safety.failure?.code, safety.groups]).toEqual(["profile_in_use", []]);
    core.answers.contact_safety = () => ok(shown);
    await safety.load();
    expect([safety.failure, safety.groups.length]).toEqual([null, 12]);
  });

  it("matches, differs, or cannot be compared", async () => {
    const safety = await loaded();
    safety.theirs = " CAI\nIS ";
    core.answers.contact_compare = () => ok({ match: true });
    await safety.compare();
    expect(core.last("contact_compare")).toEqual({ contact: "b0", payload: " CAI\nIS " });
    expect([safety.verdict, safety.refusal]).toEqual(["match", null]);
    core.answers.contact_compare = () => ok({ match: false });
    await safety.compare();
    expect(safety.verdict).toBe("different");
    core.answers.contact_compare = () => failed("bad_payload", "");
    await safety.compare();
    expect([safety.verdict, safety.refusal?.code]).toEqual([null, "bad_payload"]);
  });

  it("counts as compared once it matches, or once both see the same digits", async () => {
    const safety = await loaded();
    core.answers.contact_compare = () => ok({ match: false });
    await safety.compare();
    expect(safety.compared).toBe(false);
    core.answers.contact_compare = () => ok({ match: true });
    await safety.compare();
    expect(safety.compared).toBe(true);
    core.answers.contact_mark = () => ok({ contact: { verified: false } });
    await safety.mark(false);
    expect(core.last("contact_mark")).toEqual({ contact: "b0", compared: false });
    expect(safety.compared).toBe(false);
    core.answers.contact_mark = () => failed("io", "");
    await safety.mark(true);
    expect([safety.compared, safety.refusal?.code]).toEqual([false, "io"]);
    expect(new Safety("b0", true).compared).toBe(true);
  });

  it("says nothing about a text that was changed since", async () => {
    const safety = await loaded();
    const { answer, give } = later();
    core.answers.contact_compare = () => answer;
    safety.theirs = "right";
    const comparing = safety.compare();
    safety.theirs = "wrong";
    give({ match: true });
    await comparing;
    expect([safety.verdict, safety.busy]).toEqual([null, false]);
    core.answers.contact_compare = () => ok({ match: true });
    await safety.compare();
    safety.theirs = "another";
    expect(safety.verdict).toBeNull();
  });
});

describe("joining a network", () => {
  it("gives the core the address and says what came of it", async () => {
    core.answers.network_add = () => ok({});
    const join = new Join();
    expect(await join.add(" /ip4/x#y ")).toBe(true);
    expect(core.last("network_add")).toEqual({ address: "/ip4/x#y" });
    core.answers.network_add = () => failed("wrong_network", "");
    await join.add("z");
    expect([join.done, join.failure?.code]).toEqual([false, "wrong_network"]);
  });
});
