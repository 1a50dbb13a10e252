// The transport of a browser's page: JSON-RPC 2.0 over a WebSocket to the page's own origin.

import { Listeners } from "./listeners";
import { failed, NO_ANSWER, NO_CORE, type CoreEvent, type Failure, type Reach, type Result, type Transport } from "./transport";

/** What of a WebSocket is used, so that tests can stand in for one. */
export type Wire = Pick<WebSocket, "send" | "close"> & {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
};

/** Opens a WebSocket, and waits. */
export type Surroundings = {
  connect: (protocols: string[]) => Wire;
  later: (run: () => void, ms: number) => void;
};

type Answer = { id?: unknown; result?: unknown; error?: { message?: unknown; data?: Partial<Failure> } };
type Notice = { method?: unknown; params?: CoreEvent };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
const OPEN = 1;
/** The core takes no longer text, in bytes; of a longer one it would only drop the connection. */
const MOST_BYTES = 256 * 1024;

/** Talks to `bcm serve`, and finds it again when it comes back. */
export class SocketTransport implements Transport {
  readonly #events = new Listeners<CoreEvent>();
  readonly #reaches = new Listeners<Reach>();
  readonly #waiting = new Map<number, (result: Result<unknown>) => void>();
  /** Written while the socket was not open, by the call's id. */
  readonly #unsent = new Map<number, string>();
  #wire: Wire;
  #reach: Reach = "connecting";
  #lastId = 0;
  #pause = FIRST_PAUSE_MS;

  constructor(
    private readonly token: string,
    private readonly around: Surroundings,
  ) {
    this.#wire = this.#connect();
  }

  call(name: string, params: object): Promise<Result<unknown>> {
    if (this.#reach === "gone") return Promise.resolve(gone());
    const id = ++this.#lastId;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method: name, params });
    if (new Blob([text]).size > MOST_BYTES) return Promise.resolve(tooLong());
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#wire.readyState === OPEN) this.#wire.send(text);
      else this.#unsent.set(id, text);
    });
  }

  onEvent(listener: (event: CoreEvent) => void): () => void {
    return this.#events.add(listener);
  }

  onReach(listener: (reach: Reach) => void): () => void {
    listener(this.#reach);
    return this.#reaches.add(listener);
  }

  #connect(): Wire {
    const wire = this.around.connect(["bcm", `token.${this.token}`]);
    wire.onopen = () => this.#opened(wire);
    wire.onmessage = ({ data }) => this.#heard(String(data));
    wire.onclose = () => this.#closed();
    return wire;
  }

  #opened(wire: Wire): void {
    this.#pause = FIRST_PAUSE_MS;
    for (const text of this.#unsent.values()) wire.send(text);
    this.#unsent.clear();
    this.#tell("there");
    // Whatever happened meanwhile was not heard.
    this.#events.tell({ topic: "all", id: null });
  }

  #closed(): void {
    this.#tell("gone");
    for (const [id, resolve] of this.#waiting) resolve(this.#unsent.has(id) ? gone() : unanswered());
    this.#waiting.clear();
    this.#unsent.clear();
    this.around.later(() => (this.#wire = this.#connect()), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  #tell(reach: Reach): void {
    this.#reach = reach;
    this.#reaches.tell(reach);
  }

  #heard(text: string): void {
    const message = parse(text);
    if (!message) return;
    if (message.method === "event" && message.params) this.#events.tell(message.params);
    if (typeof message.id !== "number") return;
    this.#waiting.get(message.id)?.(resultOf(message));
    this.#waiting.delete(message.id);
  }
}

/** The page's own surroundings. */
export function browser(page: Window): Surroundings {
  const scheme = page.location.protocol === "https:" ? "wss" : "ws";
  return {
    connect: (protocols) => new WebSocket(`${scheme}://${page.location.host}/ws`, protocols) as Wire,
    later: (run, ms) => void page.setTimeout(run, ms),
  };
}

function parse(text: string): (Answer & Notice) | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Answer & Notice) : null;
  } catch {
    return null;
  }
}

function resultOf({ result, error }: Answer): Result<unknown> {
  if (!error) return { ok: true, value: result ?? null };
  const message = String(error.data?.message ?? error.message ?? "");
  return failed(String(error.data?.code ?? "internal"), message);
}

function gone(): Result<unknown> {
  return failed(NO_CORE, "the core cannot be reached");
}

function unanswered(): Result<unknown> {
  return failed(NO_ANSWER, "the core went away before it answered");
}

function tooLong(): Result<unknown> {
  return failed("message_too_long", "longer than any call may be");
}
