// Names of people: chosen by others, so nothing in them may disturb what stands around them.

/** Control, format and private characters, and blanks that look like nothing; not what joins emoji into one. */
const UNSEEN =
  /(?!(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d\p{Extended_Pictographic})[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u115f\u1160\u2028\u2029\u2800\u3164\uffa0]/gu;
const TONES = 8;

/** A name as it is shown: one line, only what can be seen; the id's beginning if nothing is left. */
export function shownName(name: string, id = ""): string {
  const seen = name.replace(/\s+/gu, " ").replace(UNSEEN, "").trim();
  return seen || id.slice(0, 8) || "?";
}

/** One or two letters for an avatar. */
export function initials(name: string): string {
  const words = shownName(name).split(" ").slice(0, 2);
  const first = words.map((word) => [...new Intl.Segmenter().segment(word)][0]?.segment ?? "");
  const [one = "", two = ""] = first;
  // Two Chinese characters would read as a word of their own.
  return (/\p{Script=Han}/u.test(one) ? one : one + two).toLocaleUpperCase();
}

/** One of eight colours, the same for an id everywhere. */
export function tone(id: string): number {
  let sum = 0;
  for (const digit of id) sum = (sum * 31 + (digit.codePointAt(0) ?? 0)) % 65_521;
  return sum % TONES;
}

/** The beginning of a long text, cut between characters. */
export function beginning(text: string, most: number): string {
  return text.length <= most ? text : `${[...text.slice(0, most + 1)].slice(0, -1).join("")}…`;
}

/** The two ends of something long, such as an address. */
export function shortened(text: string, ends = 8): string {
  return text.length <= ends * 2 + 1 ? text : `${text.slice(0, ends)}…${text.slice(-ends)}`;
}
