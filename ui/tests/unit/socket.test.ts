import { beforeEach, describe, expect, it } from "vitest";
import { SocketTransport, type Wire } from "../../src/lib/socket";
import { followLinks, takeToken } from "../../src/lib/token";
import type { CoreEvent, Reach } from "../../src/lib/transport";

class FakeWire implements Wire {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: { id: number; method: string; params: unknown }[] = [];

  constructor(readonly protocols: string[]) {}

  send(text: unknown): void {
    this.sent.push(JSON.parse(String(text)));
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  hear(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

describe("the socket", () => {
  let wires: FakeWire[];
  let pauses: { run: () => void; ms: number }[];
  let transport: SocketTransport;
  const wire = () => wires.at(-1) as FakeWire;

  beforeEach(() => {
    wires = [];
    pauses = [];
    transport = new SocketTransport("T", {
      connect: (protocols) => {
        wires.push(new FakeWire(protocols));
        return wire();
      },
      later: (run, ms) => pauses.push({ run, ms }),
    });
  });

  it("shows its token among the subprotocols", () => {
    expect(wire().protocols).toEqual(["bcm", "token.T"]);
  });

  it("answers each call with its own answer, in whatever order they come", async () => {
    wire().open();
    const first = transport.call("status", {});
    const second = transport.call("chat_send", { contact: "c", text: "hi" });
    const [a, b] = wire().sent;
    expect(b).toMatchObject({ jsonrpc: "2.0", method: "chat_send", params: { contact: "c", text: "hi" } });
    wire().hear({ jsonrpc: "2.0", id: b?.id, result: 2 });
    wire().hear({ jsonrpc: "2.0", id: a?.id, result: 1 });
    expect(await first).toEqual({ ok: true, value: 1 });
    expect(await second).toEqual({ ok: true, value: 2 });
  });

  it("hands on the core's code and words", async () => {
    wire().open();
    const call = transport.call("pay", {});
    const data = { code: "bad_amount", message: "no amount" };
    wire().hear({ jsonrpc: "2.0", id: wire().sent[0]?.id, error: { code: -32000, message: "x", data } });
    expect(await call).toEqual({ ok: false, error: data });
  });

  it("keeps what is called before the socket is open", () => {
    void transport.call("status", {});
    expect(wire().sent).toEqual([]);
    wire().open();
    expect(wire().sent.map(({ method }) => method)).toEqual(["status"]);
  });

  it("answers what was under way when the socket ends: nobody knows; and what comes later: nothing was done", async () => {
    wire().open();
    const call = transport.call("status", {});
    wire().close();
    expect(await call).toMatchObject({ ok: false, error: { code: "no_answer" } });
    expect(await transport.call("status", {})).toMatchObject({ ok: false, error: { code: "no_core" } });
  });

  it("knows that what never left was not done", async () => {
    const call = transport.call("pay", {});
    wire().close();
    expect(await call).toMatchObject({ ok: false, error: { code: "no_core" } });
    pauses.at(-1)?.run();
    wire().open();
    expect(wire().sent).toEqual([]);
  });

  it("does not send what the core would drop the connection for", async () => {
    wire().open();
    const call = transport.call("chat_send", { text: "長".repeat(90_000) });
    expect(await call).toMatchObject({ ok: false, error: { code: "message_too_long" } });
    expect(wire().sent).toEqual([]);
  });

  it("tries again after longer and longer pauses, and soon again once it was back", () => {
    for (let turn = 0; turn < 8; turn++) {
      wire().close();
      pauses.at(-1)?.run();
    }
    expect(pauses.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    wire().open();
    wire().close();
    expect(pauses.at(-1)?.ms).toBe(250);
  });

  it("tells that the core is gone and that it is back, and then asks for everything anew", () => {
    const reaches: Reach[] = [];
    const events: CoreEvent[] = [];
    transport.onReach((reach) => reaches.push(reach));
    transport.onEvent((event) => events.push(event));
    wire().open();
    wire().close();
    pauses.at(-1)?.run();
    wire().open();
    expect(reaches).toEqual(["connecting", "there", "gone", "there"]);
    expect(events).toEqual([{ topic: "all", id: null }, { topic: "all", id: null }]);
  });

  it("tells events to all who listen, until they stop", () => {
    const heard: CoreEvent[] = [];
    const stop = transport.onEvent((event) => heard.push(event));
    const event = { topic: "chat", id: "b0" };
    wire().hear({ jsonrpc: "2.0", method: "event", params: event });
    stop();
    wire().hear({ jsonrpc: "2.0", method: "event", params: event });
    expect(heard).toEqual([event]);
  });

  it("takes no harm from nonsense", async () => {
    wire().open();
    const call = transport.call("status", {});
    for (const nonsense of ["", "{", "null", "[]", '{"id":99,"result":1}', '{"id":"1"}']) wire().hear(nonsense);
    wire().hear({ id: wire().sent[0]?.id, result: null });
    expect(await call).toEqual({ ok: true, value: null });
  });
});

describe("the token", () => {
  const pageAt = (hash: string, kept: string | null) => {
    const shown: string[] = [];
    const store = new Map(kept ? [["bcm.token", kept]] : []);
    const page = {
      location: { hash, pathname: "/", search: "" },
      history: { replaceState: (_: unknown, __: string, to: string) => shown.push(to) },
      sessionStorage: {
        getItem: (key: string) => store.get(key) ?? null,
        setItem: (key: string, value: string) => void store.set(key, value),
      },
    };
    return { page: page as unknown as Window, shown, store };
  };

  it("is taken out of the address bar and kept for this tab", () => {
    const { page, shown, store } = pageAt("#token=ab12", null);
    expect(takeToken(page)).toBe("ab12");
    expect(shown).toEqual(["/"]);
    expect(store.get("bcm.token")).toBe("ab12");
  });

  it("that comes with a new link begins anew", () => {
    const { page } = pageAt("", "ab12");
    let hear = () => {};
    let begun = 0;
    const tab = { ...page, addEventListener: (_: string, listener: () => void) => (hear = listener) };
    Object.assign(page.location, { reload: () => begun++ });
    followLinks(tab as unknown as Window);
    hear();
    page.location.hash = "#token=cd34";
    hear();
    expect(begun).toBe(1);
  });

  it("is found again when the page is loaded anew", () => {
    expect(takeToken(pageAt("", "ab12").page)).toBe("ab12");
    expect(takeToken(pageAt("#main", "ab12").page)).toBe("ab12");
    expect(takeToken(pageAt("", null).page)).toBe("");
  });
});
