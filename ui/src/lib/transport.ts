// The way to the core: one interface, two implementations (`tauri.ts`, `socket.ts`).
//
// The generated bindings call `call`; controllers listen through `onEvent`. Nothing here throws:
// whatever goes wrong comes back as a code.

import type { ApiError, Event } from "../bindings";

/** What a command failed with: a code to act on, a sentence as the last resort. */
export type Failure = ApiError;

/** What a command answers; commands never throw. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

/** "This topic has changed": whoever shows it asks again. */
export type CoreEvent = Event;

/** Whether the core can be reached: `gone` tries again by itself. */
export type Reach = "connecting" | "there" | "gone";

/** One way to the core. */
export interface Transport {
  /** Runs a command of the core's table. Never throws. */
  call(name: string, params: object): Promise<Result<unknown>>;
  /** Hears every event from now on; returns the way to stop. */
  onEvent(listener: (event: CoreEvent) => void): () => void;
  /** Hears whether the core can be reached, at once and at each change; returns the way to stop. */
  onReach(listener: (reach: Reach) => void): () => void;
}

/** The code of a call that found no core: nothing was done. */
export const NO_CORE = "no_core";
/** The code of a call whose answer was lost: nobody knows whether it was done. */
export const NO_ANSWER = "no_answer";

let current: Transport | null = null;

/** Chooses the transport; once, before anything is shown. */
export function use(transport: Transport): void {
  current = transport;
}

/** Runs a command. For the generated bindings only. */
export async function call<T>(name: string, params: object): Promise<Result<T>> {
  if (!current) return failed(NO_CORE, "there is no way to the core");
  return (await current.call(name, params)) as Result<T>;
}

/** Hears events of the core; returns the way to stop. */
export function onEvent(listener: (event: CoreEvent) => void): () => void {
  return current ? current.onEvent(listener) : () => {};
}

/** Hears whether the core can be reached; returns the way to stop. */
export function onReach(listener: (reach: Reach) => void): () => void {
  return current ? current.onReach(listener) : () => {};
}

/** What of a failed load is worth showing: that the core is gone is told for the whole window. */
export function worthShowing(result: Result<unknown>): Failure | null {
  return result.ok || [NO_CORE, NO_ANSWER].includes(result.error.code) ? null : result.error;
}

/** A result that failed. */
export function failed(code: string, message: string): { ok: false; error: Failure } {
  return { ok: false, error: { code, message } };
}

/** Makes a failure of whatever was thrown or rejected with. */
export function failureFrom(thrown: unknown): { ok: false; error: Failure } {
  if (typeof thrown === "object" && thrown !== null) {
    const { code, message } = thrown as Partial<Failure>;
    if (typeof code === "string") return failed(code, String(message ?? code));
  }
  return failed("internal", thrown instanceof Error ? thrown.message : String(thrown));
}
