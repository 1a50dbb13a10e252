// A text in QR codes: one if it fits, else a series, each with its place and what it belongs to.

/** What a code holds that still reads well from a screen. */
const MOST = 700;
/** More codes than this nobody holds a camera at. */
const MOST_PARTS = 60;
/** Upper case throughout: codes hold such texts in less room. */
const PART = /^BCMQ:([0-9A-F]{8}):(\d{1,2}):(\d{1,2}):(.+)$/s;

/** The texts of the codes that show this text; none if it takes too many. */
export function parts(text: string): readonly string[] {
  if (text.length <= MOST) return [text];
  const count = Math.ceil(text.length / MOST);
  if (count > MOST_PARTS) return [];
  const name = nameOf(text);
  return Array.from({ length: count }, (_, place) => {
    const piece = text.slice(place * MOST, (place + 1) * MOST);
    return `BCMQ:${name}:${place + 1}:${count}:${piece}`;
  });
}

/** What was read so far of one text. */
export class Parts {
  #name = "";
  #pieces = new Map<number, string>();
  /** How many codes there are; 0 before the first. */
  count = 0;

  /** How many of them were read. */
  get read(): number {
    return this.#pieces.size;
  }

  /** Takes what one code says, in any order and as often as it comes; the text once it is whole. */
  take(said: string): string | null {
    const part = PART.exec(said);
    if (!part) return said;
    const [, name = "", place = "", count = "", piece = ""] = part;
    // Another series begins.
    if (name !== this.#name || Number(count) !== this.count) {
      this.#name = name;
      this.count = Number(count);
      this.#pieces.clear();
    }
    if (Number(place) < 1 || Number(place) > this.count) return null;
    this.#pieces.set(Number(place), piece);
    if (this.read < this.count) return null;
    const text = Array.from({ length: this.count }, (_, at) => this.#pieces.get(at + 1)).join("");
    if (nameOf(text) === name) return text;
    // Two series that were called the same: begin anew.
    this.#pieces.clear();
    return null;
  }
}

/** Tells series apart, and a whole text from a mixture: FNV-1a. Against forgery the text protects itself. */
function nameOf(text: string): string {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16).toUpperCase().padStart(8, "0");
}
