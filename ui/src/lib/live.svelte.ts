// What a screen reader is told beside what is in focus.

let said = $state("");

/** The sentence that was told last. */
export function lastSaid(): string {
  return said;
}

/** Tells a sentence; the same one again counts as new. */
export function say(sentence: string): void {
  said = sentence === said ? `${sentence}\u200b` : sentence;
}
