// Amounts, times and names as people read them. Amounts stay strings: nothing is calculated.

import { locale } from "./i18n/index.svelte";

const DAY_MS = 86_400_000;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

const SPANS = [
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;
const SIZES = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
] as const;

/** A decimal string with the language's grouping; exact, whatever its length. */
export function amount(decimal: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(decimal)) return decimal;
  const format = new Intl.NumberFormat(locale(), { maximumFractionDigits: 20 });
  return format.format(decimal as Intl.StringNumericLiteral);
}

/** An amount with its token, kept on one line. */
export function money(decimal: string, token: string): string {
  return `${amount(decimal)}\u00a0${token}`;
}

/** What a person typed as an amount, in the core's digits: full-width ones come from Chinese keyboards. */
export function typedAmount(text: string): string {
  return text.normalize("NFKC").replace("。", ".").trim();
}

/** A whole number with the language's grouping. */
export function whole(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

/** How long: in the unit in which people would say it. */
export function span(ms: number): string {
  const [unit, length] = SPANS.find(([, step]) => ms >= 2 * step) ?? (["millisecond", 1] as const);
  const digits = unit === "second" && ms < 10_000 ? 1 : 0;
  const format = new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  return format.format(ms / length);
}

/** A number of bytes. */
export function bytes(count: number): string {
  const [unit, length] = SIZES.find(([, step]) => count >= step) ?? (["byte", 1] as const);
  const digits = count < 10 * length ? 1 : 0;
  const format = new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  return format.format(count / length);
}

/** The time of day. */
export function clock(time: string): string {
  return dated(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Date and time. */
export function moment(time: string): string {
  return dated(time, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
}

/** The day as a heading: today, yesterday, or its date. */
export function day(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  if (ago === 0 || ago === 1) {
    const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-ago, "day");
    return words.charAt(0).toLocaleUpperCase(locale()) + words.slice(1);
  }
  const year = new Date(time).getFullYear() === now.getFullYear() ? undefined : "numeric";
  return dated(time, { weekday: "long", day: "numeric", month: "long", year });
}

/** When, as briefly as a list needs it: the time of today, else the day. */
export function brief(time: string, now: Date): string {
  const ago = daysAgo(time, now);
  if (ago === 0) return clock(time);
  if (ago > 0 && ago < 7) return dated(time, { weekday: "short" });
  return dated(time, { day: "numeric", month: "numeric", year: "2-digit" });
}

/** How long ago: "12 seconds ago". */
export function age(time: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(time)) / 1000));
  if (!Number.isFinite(seconds)) return time;
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  const [unit, length] = STEPS.find(([, step]) => seconds >= step) ?? ["second", 1];
  return words.format(-Math.floor(seconds / length), unit);
}

/** True if both fall on the same day here. */
export function sameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function daysAgo(time: string, now: Date): number {
  const midnight = (date: Date) => new Date(date).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(new Date(time))) / DAY_MS);
}

function dated(time: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

/** The bytes of a file as the core takes them. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
