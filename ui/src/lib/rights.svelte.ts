// What this profile may do: one that only reviews has no control that pays or signs.

let reviewing = $state.raw(false);

/** Whether this profile pays and signs; the core refuses it anyway if it does not. */
export function maySign(): boolean {
  return !reviewing;
}

/** Says what kind of profile is open. */
export function reviewsOnly(only: boolean): void {
  reviewing = only;
}
