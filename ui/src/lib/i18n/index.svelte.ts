// The language in use. `t()` is read in markup and changes with the choice.

import { en, type Catalogue } from "./en";
import { zh } from "./zh";

/** A language we speak. */
export type Language = "en" | "zh";

const CATALOGUES: Record<Language, Catalogue> = { en, zh };

let current = $state<Language>("en");
let region = $state("en");

/** The texts in the language in use. */
export function t(): Catalogue {
  return CATALOGUES[current];
}

/** The language in use. */
export function language(): Language {
  return current;
}

/** Its name for `<html lang>`. */
export function tag(): string {
  return current === "zh" ? "zh-Hans" : "en";
}

/** Its name for numbers and dates: in the way of the person's own country, if that speaks it. */
export function locale(): string {
  return region;
}

/** Speaks this language from now on; `preferred` are the system's own. */
export function speak(next: Language, preferred: readonly string[] = []): void {
  current = next;
  region = preferred.find((one) => spokenOf([one], null) === next) ?? tag();
}

/** The first of the system's languages that we speak. */
export function spokenOf<T>(preferred: readonly string[], otherwise: T): Language | T {
  for (const one of preferred) {
    if (/^zh\b/i.test(one)) return "zh";
    if (/^en\b/i.test(one)) return "en";
  }
  return otherwise;
}
