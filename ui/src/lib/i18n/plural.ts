/** The forms of a counted word in one language; `other` always stands. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Picks the form for a count by the language's own rules, and puts the number in place of `#`. */
export function plurals(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count, forms) =>
    (forms[rules.select(count)] ?? forms.other).replace("#", numbers.format(count));
}

/** Keeps a foreign name's writing direction from changing the sentence around it. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
