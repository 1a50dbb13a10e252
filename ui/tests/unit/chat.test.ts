import { beforeEach, describe, expect, it } from "vitest";
import type { MessageRecord } from "../../src/bindings";
import { Chats, type Arrival } from "../../src/features/chat/chats.svelte";
import { Conversation } from "../../src/features/chat/conversation.svelte";
import { Drafts } from "../../src/features/chat/drafts.svelte";
import { sendsMessage } from "../../src/features/chat/keys";
import { timeline } from "../../src/features/chat/timeline";
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
});
const conversationOf = (...messages: MessageRecord[]) => ok({ contact: "Bob", messages, synced: true });

let core: FakeCore;
beforeEach(() => {
  core = new FakeCore();
});

describe("a conversation", () => {
  it("shows what is saved and loads again at each change", async () => {
    core.answers.chat_messages = () => conversationOf(message("1", "me"));
    const conversation = new Conversation("b0", () => false);
    const stop = conversation.watch();
    await settled();
    core.answers.chat_messages = () => conversationOf(message("1", "me"), message("2", "Bob"));
    core.tell("chat");
    await settled();
    expect(conversation.messages.map(({ id }) => id)).toEqual(["1", "2"]);
    stop();
  });

  it("asks for one more than it shows, and so knows whether there is anything before", async () => {
    const all = Array.from({ length: 120 }, (_, index) => message(String(index), "me"));
    core.answers.chat_messages = ({ last }: { last: number }) => conversationOf(...all.slice(-last));
    const conversation = new Conversation("b0", () => false);
    conversation.watch();
    await settled();
    expect([conversation.messages.length, conversation.hasEarlier]).toEqual([50, true]);
    await conversation.earlier();
    await conversation.earlier();
    expect([conversation.messages.length, conversation.hasEarlier]).toEqual([120, false]);
  });

  it("tells once that the newest message was seen, and only while somebody can see it", async () => {
    let visible = false;
    core.answers.chat_messages = () => conversationOf(message("1", "Bob"), message("2", "me"));
    core.answers.chat_seen = () => ok(null);
    const conversation = new Conversation("b0", () => visible);
    conversation.watch();
    await settled();
    expect(core.times("chat_seen")).toBe(0);
    visible = true;
    await conversation.look();
    core.tell("chat");
    await settled();
    expect(core.times("chat_seen")).toBe(1);
    expect(core.last("chat_seen")).toEqual({ contact: "b0", up_to: "1" });
  });

  it("says why a message was not taken, and forgets it with the next that is", async () => {
    core.answers.chat_messages = () => conversationOf();
    core.answers.chat_send = () => failed("message_too_long", "");
    const conversation = new Conversation("b0", () => false);
    expect(await conversation.send("x")).toBe(false);
    expect(conversation.failure?.code).toBe("message_too_long");
    core.answers.chat_send = () => ok({ message: { id: "1" } });
    expect(await conversation.send("x")).toBe(true);
    expect(conversation.failure).toBeNull();
    expect(core.last("chat_send")).toEqual({ contact: "b0", text: "x" });
  });

  it("keeps what it shows when the core is gone, and leaves saying so to the window", async () => {
    core.answers.chat_messages = () => conversationOf(message("1", "me"));
    const conversation = new Conversation("b0", () => false);
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
    const days = timeline([
      message("1", "Bob", at(0, 19)),
      message("2", "Bob", at(0)),
      message("3", "Bob", at(2)),
      message("4", "Bob", at(30)),
      message("4", "me", at(31)),
    ]);
    expect(days.map(({ entries }) => entries.length)).toEqual([1, 4]);
    const shape = days[1]?.entries.map(({ key, first, last }) => [key, first, last]);
    expect(shape).toEqual([
      ["them:2", true, false],
      ["them:3", false, true],
      ["them:4", true, true],
      ["me:4", true, true],
    ]);
  });
});

describe("drafts", () => {
  it("are kept by contact, and what could not be sent comes back", () => {
    const drafts = new Drafts();
    drafts.keep("a", "begun");
    expect([drafts.of("a"), drafts.of("b")]).toEqual(["begun", ""]);
    drafts.putBack("b", "not sent");
    drafts.putBack("a", "older");
    expect([drafts.of("a"), drafts.of("b")]).toEqual(["begun", "not sent"]);
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
