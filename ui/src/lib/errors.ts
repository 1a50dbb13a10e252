// The one place where a code becomes words.

import { t } from "./i18n/index.svelte";
import type { Failure } from "./transport";

/** Says what happened and what to do, in the language in use; the core's own words for a code we do not know. */
export function explain(failure: Failure): string {
  const known: Record<string, string> = t().errors;
  const words = Object.hasOwn(known, failure.code) ? known[failure.code] : undefined;
  return words ?? (failure.message || failure.code);
}
