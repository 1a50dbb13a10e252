// Where the focus goes when what had it is gone.

/** Puts the focus on the first field, or on what is marked to take it. */
export function focusFirst(part: HTMLElement): void {
  part.querySelector<HTMLElement>("input, textarea, [tabindex='-1']")?.focus();
}
