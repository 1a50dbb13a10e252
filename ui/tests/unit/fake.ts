// A core for the tests of controllers: answers what it is told to, and remembers what it was asked.

import type { Topic } from "../../src/bindings";
import { Listeners } from "../../src/lib/listeners";
import { failed, use, type CoreEvent, type Reach, type Result, type Transport } from "../../src/lib/transport";

type Answer = Result<unknown> | Promise<Result<unknown>>;

/** Puts itself in the place of the core when it is made. */
export class FakeCore implements Transport {
  readonly asked: { name: string; params: object }[] = [];
  readonly answers: Record<string, (params: never) => Answer> = {};
  readonly #events = new Listeners<CoreEvent>();

  constructor() {
    use(this);
  }

  async call(name: string, params: object): Promise<Result<unknown>> {
    this.asked.push({ name, params });
    const answer = this.answers[name];
    return answer ? answer(params as never) : failed("internal", `nobody told what ${name} answers`);
  }

  onEvent(listener: (event: CoreEvent) => void): () => void {
    return this.#events.add(listener);
  }

  onReach(listener: (reach: Reach) => void): () => void {
    listener("there");
    return () => {};
  }

  tell(topic: Topic, id: string | null = null): void {
    this.#events.tell({ topic, id });
  }

  times(name: string): number {
    return this.asked.filter((one) => one.name === name).length;
  }

  last(name: string): object | undefined {
    return this.asked.findLast((one) => one.name === name)?.params;
  }
}

export const ok = (value: unknown): Result<unknown> => ({ ok: true, value });

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** An answer that comes when the test says so. */
export function later(): { answer: Promise<Result<unknown>>; give: (value: unknown) => void } {
  let give: (value: unknown) => void = () => {};
  const answer = new Promise<Result<unknown>>((resolve) => (give = (value) => resolve(ok(value))));
  return { answer, give };
}
