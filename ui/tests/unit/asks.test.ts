import { beforeEach, describe, expect, it } from "vitest";
import type { ContactRecord } from "../../src/bindings";
import { Answering } from "../../src/features/chat/answering.svelte";
import { Asking, Receiving, Splitting } from "../../src/features/money/asking.svelte";
import { Book } from "../../src/features/money/book.svelte";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const BOB: ContactRecord = { id: "b0", name: "Bob", verified: false, state: "ready", standing: "accepted" };

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

describe("a request of payment", () => {
  it("is made once as it was typed, however often it is asked for", async () => {
    const slow = later();
    core.answers.request_create = () => slow.answer;
    const asking = new Asking(BOB);
    expect([asking.incomplete, await asking.ask()]).toEqual([true, false]);
    [asking.amount, asking.memo] = [" １２.5 ", " 晚饭 "];
    const first = asking.ask();
    expect(await asking.ask()).toBe(false);
    slow.give({});
    expect(await first).toBe(true);
    expect(await asking.ask()).toBe(false);
    expect(core.last("request_create")).toEqual({ to: "b0", amount: "12.5", memo: "晚饭" });
    expect(core.times("request_create")).toBe(1);
  });

  it("stays with what was typed when it is refused", async () => {
    core.answers.request_create = () => failed("bad_amount", "");
    const asking = new Asking(BOB);
    asking.amount = "x";
    expect(await asking.ask()).toBe(false);
    expect([asking.failure?.code, asking.amount, asking.over]).toEqual(["bad_amount", "x", false]);
  });

  it("is declined once, and says why it cannot be", async () => {
    const slow = later();
    core.answers.request_decline = () => slow.answer;
    const answering = new Answering();
    const first = answering.close("r1");
    await answering.close("r1");
    slow.give({});
    await first;
    expect(core.times("request_decline")).toBe(1);
    core.answers.request_decline = () => failed("request_paid", "");
    await answering.close("r1");
    expect([core.last("request_decline"), answering.failure?.code]).toEqual([{ id: "r1" }, "request_paid"]);
  });
});

describe("a bill", () => {
  it("is split among those who were chosen", async () => {
    const eve = { ...BOB, id: "e0", standing: "request" };
    core.answers.contact_list = () => ok({ contacts: [BOB, eve], synced: true });
    core.answers.request_split = () => ok({});
    const splitting = new Splitting();
    await splitting.load();
    expect(splitting.contacts?.map(({ id }) => id)).toEqual(["b0"]);
    splitting.amount = "10";
    expect(splitting.incomplete).toBe(true);
    splitting.toggle("c0");
    splitting.toggle("b0");
    splitting.toggle("c0");
    expect(await splitting.ask()).toBe(true);
    expect(core.last("request_split")).toEqual({ amount: "10", contacts: ["b0"], with_me: true });
  });
});

describe("receiving", () => {
  it("shows the link for what was typed", async () => {
    core.answers.link_create = () => ok({ link: "bcm:pay?x" });
    const receiving = new Receiving();
    await receiving.make();
    expect(core.last("link_create")).toEqual({});
    [receiving.amount, receiving.memo] = ["2", " tea "];
    await receiving.make();
    expect(core.last("link_create")).toEqual({ amount: "2", memo: "tea" });
    receiving.hidden = true;
    await receiving.make();
    expect(core.last("link_create")).toEqual({ amount: "2", memo: "tea", private: true });
    core.answers.link_create = () => failed("bad_amount", "");
    await receiving.make();
    expect([receiving.failure?.code, receiving.link?.link]).toEqual(["bad_amount", "bcm:pay?x"]);
  });
});

describe("the address book", () => {
  it("keeps what was typed until it is saved", async () => {
    core.answers.address_list = () => ok({ addresses: [] });
    core.answers.address_add = () => failed("name_taken", "");
    const book = new Book();
    book.watch();
    await settled();
    [book.address, book.name] = [" A1 ", " shop "];
    await book.add();
    expect([book.failure?.code, book.name]).toEqual(["name_taken", " shop "]);
    core.answers.address_add = () => ok({});
    core.answers.address_list = () => ok({ addresses: [{ address: "A1", name: "shop" }] });
    await book.add();
    expect(core.last("address_add")).toEqual({ address: "A1", name: "shop" });
    expect([book.address, book.name, book.addresses.length]).toEqual(["", "", 1]);
    core.answers.address_remove = () => ok({});
    await book.remove("A1");
    expect(core.last("address_remove")).toEqual({ text: "A1" });
  });
});
