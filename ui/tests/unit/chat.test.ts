import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MessageRecord, TransferRecord } from "../../src/bindings";
import { Gathering, sentence } from "../../src/features/chat/arrivals";
import { Chats, type Arrival } from "../../src/features/chat/chats.svelte";
import { Conversation } from "../../src/features/chat/conversation.svelte";
import { Drafts } from "../../src/features/chat/drafts.svelte";
import { sendsMessage } from "../../src/features/chat/keys";
import { timeline, withTransfers } from "../../src/features/chat/timeline";
import { failed } from "../../src/lib/transport";
import { FakeCore, later, ok, settled } from "./fake";

const at = (minute: number, day = 20) => new Date(2026, 10, day, 12, minute).toISOString();
const message = (id: string, from: string, time = at(0)): MessageRecord => ({
  id,
  from,
  time,
  text: `text of ${id}`,
  state: from === "me" ? "sent" : "received",
  payment: null,
  envelope: null,
  request: null, showing: null,
});
const conversationOf = (...messages: MessageRecord[]) => ok({ contact: "Bob", messages, synced: true });

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

describe("a conversation", () => {
  it("shows what is saved and loads again at each change", async () => {
    core.answers.chat_messages = () => conversationOf(message("1", "me"));
    const conversation = new Conversation("b0", 0, () => false);
    const stop = conversation.watch();
    await settled();
    core.answers.chat_messages = () => conversationOf(message("1", "me"), message("2", "Bob"));
    core.tell("chat");
    await settled();
    expect(conversation.messages.map(({ id }) => id)).toEqual(["1", "2"]);
    stop();
  });

  it("asks for more than it shows, and so knows whether there is anything before", async () => {
    const all = Array.from({ length: 120 }, (_, index) => message(String(index), "me"));
    core.answers.chat_messages = ({ last }: { last: number }) => conversationOf(...all.slice(-last));
    const conversation = new Conversation("b0", 0, () => false);
    conversation.watch();
    await settled();
    expect([conversation.messages.length, conversation.hasEarlier]).toEqual([50, true]);
    await conversation.earlier();
    await conversation.earlier();
    expect([conversation.messages.length, conversation.hasEarlier]).toEqual([120, false]);
  });

  it("slides on while the newest message is in sight, and keeps the oldest while somebody reads up there", async () => {
    const all = Array.from({ length: 80 }, (_, index) => message(String(index), "Bob"));
    let atEnd = true;
    core.answers.chat_seen = () => ok(null);
    core.answers.chat_messages = ({ last }: { last: number }) => conversationOf(...all.slice(-last));
    const conversation = new Conversation("b0", 0, () => atEnd);
    conversation.watch();
    await settled();
    const arrives = async () => {
      all.push(message(String(all.length), "Bob"));
      core.tell("chat");
      await settled();
      return [conversation.messages[0]?.id, conversation.messages.length];
    };
    expect(await arrives()).toEqual(["31", 50]);
    atEnd = false;
    expect(await arrives()).toEqual(["31", 51]);
    expect(await arrives()).toEqual(["31", 52]);
    await conversation.earlier();
    expect([conversation.messages[0]?.id, conversation.hasEarlier]).toEqual(["0", false]);
  });

  it("is loaded anew for its own contact only", async () => {
    core.answers.chat_messages = () => conversationOf();
    const conversation = new Conversation("b0", 0, () => false);
    conversation.watch();
    await settled();
    core.tell("chat", "c0");
    await settled();
    expect(core.times("chat_messages")).toBe(1);
    core.tell("chat", "b0");
    await settled();
    expect(core.times("chat_messages")).toBe(2);
  });

  it("knows where the unread began when it was opened, and shows at least these", async () => {
    const all = Array.from({ length: 90 }, (_, index) => message(String(index), index === 89 ? "me" : "Bob"));
    core.answers.chat_messages = ({ last }: { last: number }) => conversationOf(...all.slice(-last));
    const conversation = new Conversation("b0", 70, () => true);
    conversation.watch();
    await settled();
    expect([conversation.messages.length, conversation.firstNew]).toEqual([71, "them:19"]);
    all.push(message("90", "Bob"));
    core.tell("chat");
    await settled();
    expect(conversation.firstNew).toBe("them:19");
  });

  it("tells once that the newest message was seen, and only while somebody can see it", async () => {
    let visible = false;
    core.answers.chat_messages = () => conversationOf(message("1", "Bob"), message("2", "me"));
    core.answers.chat_seen = () => ok(null);
    const conversation = new Conversation("b0", 0, () => visible);
    conversation.watch();
    await settled();
    await conversation.look();
    expect(core.times("chat_seen")).toBe(0);
    visible = true;
    await conversation.look();
    await conversation.look();
    expect(core.times("chat_seen")).toBe(1);
    expect(core.last("chat_seen")).toEqual({ contact: "b0", up_to: "1" });
  });

  it("says why a message was not taken, and forgets it with the next that is", async () => {
    core.answers.chat_messages = () => conversationOf();
    core.answers.chat_send = () => failed("message_too_long", "");
    const conversation = new Conversation("b0", 0, () => false);
    expect(await conversation.send("x")).toBe(false);
    expect(conversation.failure?.code).toBe("message_too_long");
    core.answers.chat_send = () => ok({ message: { id: "1" } });
    expect(await conversation.send("x")).toBe(true);
    expect(conversation.failure).toBeNull();
    expect(core.last("chat_send")).toEqual({ contact: "b0", text: "x" });
  });

  it("keeps what it shows when the core is gone, and leaves saying so to the window", async () => {
    core.answers.chat_messages = () => conversationOf(message("1", "me"));
    const conversation = new Conversation("b0", 0, () => false);
    conversation.watch();
    await settled();
    core.answers.chat_messages = () => failed("no_core", "");
    core.tell("all");
    await settled();
    expect(conversation.messages).toHaveLength(1);
    expect(conversation.loadFailure).toBeNull();
  });
});

describe("the list of conversations", () => {
  const chat = (id: string, unread: number, last: MessageRecord | null, standing = "accepted") => ({
    contact: { id, name: `name of ${id}`, verified: false, state: "ready", standing },
    unread,
    last,
  });

  it("counts the unread and sets requests apart", async () => {
    core.answers.chat_list = () => ok({ chats: [chat("a", 2, null), chat("b", 1, null, "request")] });
    const chats = new Chats(() => {});
    chats.watch();
    await settled();
    expect(chats.unread).toBe(3);
    expect(chats.requests.map(({ contact }) => contact.id)).toEqual(["b"]);
    expect(chats.wanted.map(({ contact }) => contact.id)).toEqual(["a"]);
  });

  it("tells of what comes in: not of what was there, nor of what this account wrote", async () => {
    const arrivals: Arrival[] = [];
    core.answers.chat_list = () => ok({ chats: [chat("a", 0, message("1", "A")), chat("b", 0, null)] });
    const chats = new Chats((arrival) => arrivals.push(arrival));
    chats.watch();
    await settled();
    expect(arrivals).toEqual([]);
    const news = [chat("a", 1, message("2", "A")), chat("b", 0, message("3", "me")), chat("c", 1, message("4", "C"))];
    core.answers.chat_list = () => ok({ chats: news });
    core.tell("chat");
    await settled();
    core.tell("chat");
    await settled();
    expect(arrivals.map(({ id, message: { id: what } }) => [id, what])).toEqual([["a", "2"], ["c", "4"]]);
  });

  it("is never overwritten by a late answer", async () => {
    const slow = later();
    core.answers.chat_list = () => slow.answer;
    const chats = new Chats(() => {});
    chats.watch();
    core.answers.chat_list = () => ok({ chats: [chat("new", 0, null)] });
    core.tell("chat");
    slow.give({ chats: [chat("old", 0, null)] });
    await settled();
    expect(chats.list.map(({ contact }) => contact.id)).toEqual(["new"]);
  });
});

describe("a timeline", () => {
  it("cuts days apart and joins what one side says in one go", () => {
    const entries = timeline([
      message("1", "Bob", at(0, 19)),
      message("2", "Bob", at(0)),
      message("3", "Bob", at(2)),
      message("4", "Bob", at(30)),
      message("4", "me", at(31)),
    ]);
    const shape = entries.map(({ key, newDay, first, last }) => [key, newDay, first, last]);
    expect(shape).toEqual([
      ["them:1", true, true, true],
      ["them:2", true, true, false],
      ["them:3", false, false, true],
      ["them:4", false, true, true],
      ["me:4", false, true, true],
    ]);
  });
});

describe("private payments in a conversation", () => {
  const wish = (id: string, minute: number, state: TransferRecord["state"], step: TransferRecord["step"]) =>
    ({ id, time: at(minute), state, step, amount: "5", token: "ABC", tx: id, memo: null }) as TransferRecord;
  const messages = [message("1", "Bob", at(10)), message("2", "Bob", at(20))];
  const keys = (transfers: TransferRecord[], hasEarlier: boolean) =>
    timeline(withTransfers(messages, transfers, hasEarlier)).map(({ key }) => key);

  it("stand at the end while they are prepared, and at their time once they are given up", () => {
    const transfers = [wish("a", 15, "cancelled", null), wish("b", 12, "queued", "proving")];
    expect(keys(transfers, false)).toEqual(["them:1", "transfer:a", "them:2", "transfer:b"]);
  });

  it("give way to the message that tells of them, and stay on their page", () => {
    expect(keys([wish("a", 15, "submitted", null), wish("b", 15, "queued", null)], false)).toEqual(["them:1", "them:2"]);
    expect(keys([wish("a", 5, "expired", null)], true)).toEqual(["them:1", "them:2"]);
    expect(keys([wish("a", 5, "expired", null)], false)).toEqual(["transfer:a", "them:1", "them:2"]);
  });

  it("are called off, or say why not", async () => {
    core.answers.chat_messages = () => conversationOf(...messages);
    core.answers.transfer_list = () => ok({ transfers: [wish("b", 12, "queued", "waiting")] });
    const conversation = new Conversation("b0", 0, () => false);
    conversation.watch();
    await settled();
    expect(conversation.entries.map(({ key }) => key)).toContain("transfer:b");
    expect(core.last("transfer_list")).toEqual({ contact: "b0" });
    core.answers.transfer_cancel = () => failed("too_late", "");
    expect([await conversation.callOff("b"), conversation.failure?.code]).toEqual([false, "too_late"]);
    core.answers.transfer_cancel = () => ok({});
    expect([await conversation.callOff("b"), core.last("transfer_cancel")]).toEqual([true, { id: "b" }]);
  });
});

describe("drafts", () => {
  it("are kept by contact, and what could not be sent comes back", () => {
    const drafts = new Drafts();
    drafts.keep("a", "begun");
    expect([drafts.of("a"), drafts.of("b")]).toEqual(["begun", ""]);
    drafts.putBack("b", "not sent");
    drafts.putBack("b", "nor this");
    drafts.putBack("a", "older");
    expect([drafts.of("a"), drafts.of("b")]).toEqual(["begun\nolder", "not sent\nnor this"]);
  });
});

describe("arrivals", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are told at once, and together if they come too fast", () => {
    const told: (readonly string[])[] = [];
    const arrivals = new Gathering<string>((some) => told.push(some));
    for (const one of ["a", "b", "c"]) arrivals.add(one);
    expect(told).toEqual([["a"]]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([["a"], ["b", "c"]]);
    vi.advanceTimersByTime(5000);
    arrivals.add("d");
    expect(told).toEqual([["a"], ["b", "c"], ["d"]]);
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe("what is said of arrivals", () => {
  const arrival = (text: string, payment: MessageRecord["payment"] = null): Arrival => ({
    name: "Bob\u202e",
    id: "b0",
    message: { ...message("1", "Bob"), text, payment },
  });
  const payment = { tx: "f", amount: "1234.5", token: "ABC", state: "submitted" } as const;

  it("is the one in its words, cut short, and of many their number", () => {
    expect(sentence([arrival("hi")], 1)).toBe("Bob: hi");
    expect(sentence([arrival("x".repeat(9000))], 1).length).toBeLessThan(320);
    expect(sentence([arrival("memo", payment)], 1)).toBe("1,234.5\u00a0ABC from Bob");
    expect(sentence([arrival("a"), arrival("b")], 7)).toBe("7 unread messages");
    expect(sentence([arrival("a"), arrival("b")], 0)).toBe("Bob: b");
  });
});

describe("Enter", () => {
  const press = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };

  it("sends, but not with Shift and not while an input method composes", () => {
    expect(sendsMessage(press)).toBe(true);
    expect(sendsMessage({ ...press, shiftKey: true })).toBe(false);
    expect(sendsMessage({ ...press, isComposing: true })).toBe(false);
    expect(sendsMessage({ ...press, keyCode: 229 })).toBe(false);
    expect(sendsMessage({ ...press, key: "a" })).toBe(false);
  });
});
