import type { Duration, DurationUnit } from "./model";
import { dayNumber, localTime } from "./zones";

/** Reads a sentence from left to right by whole words, in any case. */
export class Scanner {
  pos = 0;
  constructor(readonly text: string) {}

  get done(): boolean {
    return this.pos >= this.text.length;
  }

  /** Takes what the pattern (of `words`) finds here, and the space behind it. */
  eat(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.pos;
    const found = pattern.exec(this.text);
    if (!found || found[0] === "") return null;
    this.pos += found[0].length;
    while (this.text[this.pos] === " ") this.pos++;
    return found;
  }

  /** What `work` gives; nothing is taken where it gives null. */
  attempt<T>(work: () => T | null): T | null {
    const start = this.pos;
    const out = work();
    if (out === null) this.pos = start;
    return out;
  }
}

/** Whole words: what follows is no letter or digit. */
export const words = (source: string): RegExp => new RegExp(`(?:${source})(?![\\p{L}\\p{N}_])`, "iuy");

/** One spelling of quotes, dashes, spaces, "e-mail" and "n't". */
export function tidy(sentence: string): string {
  return sentence
    .slice(0, 1_000)
    .toWellFormed()
    .normalize("NFC")
    .replaceAll("\0", " ")
    .replaceAll(/[“”„«»]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[‐‑‒–—]/g, "-")
    .replaceAll(/\b(can|ca)(n't|not)\b/gi, "can not")
    .replaceAll(/n't\b/gi, " not")
    .replaceAll(/\b(who|they)'(ve|re)\b/gi, "$1")
    .replaceAll(/\be-?\s?mail/gi, "e-mail")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[.!?]+$/, "");
}

const NUMBER_WORDS = [
  ..."zero one two three four five six seven eight nine ten eleven twelve".split(" ").map((word, n) => [word, n] as const),
  ["fifteen", 15],
  ["twenty", 20],
  ["thirty", 30],
  ["forty", 40],
  ["fifty", 50],
  ["sixty", 60],
  ["ninety", 90],
  ["a hundred", 100],
  ["hundred", 100],
  ["a thousand", 1_000],
  ["a", 1],
  ["an", 1],
] as const;
const VALUES = new Map<string, number>(NUMBER_WORDS);
/** A number in digits or words; without "a", which is rarely a number. */
export const NUMBER = `\\d+(?:[.,]\\d+)*|${NUMBER_WORDS.filter(([word]) => word.length > 2)
  .map(([word]) => word)
  .join("|")}`;

export function numberIn(text: string): number | null {
  const lower = text.toLowerCase();
  const named = VALUES.get(lower);
  if (named !== undefined) return named;
  if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(lower)) return Number(lower.replaceAll(",", ""));
  return /^\d+(\.\d+)?$/.test(lower) ? Number(lower) : null;
}

export const UNIT = "minutes?|hours?|days?|weeks?|months?|quarters?|years?";

export function durationOf(n: number | null, unit: string): Duration | null {
  if (n === null || !Number.isInteger(n) || n < 1) return null;
  const one = unit.toLowerCase().replace(/s$/, "");
  const [times, name] = one === "quarter" ? [3, "month"] : [1, one];
  return n * times <= 100_000 ? { n: n * times, unit: name as DurationUnit } : null;
}

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const MONTH = `${MONTHS.join("|")}|${MONTHS.map((month) => `${month.slice(0, 3)}\\.?`).join("|")}|sept\\.?`;
const monthOf = (text: string): number => MONTHS.findIndex((month) => month.startsWith(text.toLowerCase().replace(".", "").slice(0, 3)));

export interface Day {
  year: number;
  /** From 0. */
  month: number;
  day: number;
}
/** First day and the day after the last of what a date names: a day, a month or a year. */
export interface Days {
  from: Day;
  to: Day;
}

const DATES: readonly [RegExp, (found: RegExpExecArray) => [number, number, number | null] | null][] = [
  [words("(\\d{4})-(\\d{2})-(\\d{2})"), (f) => [Number(f[1]), Number(f[2]) - 1, Number(f[3])]],
  [words(`(?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTH}),? (\\d{4})`), (f) => [Number(f[3]), monthOf(f[2] ?? ""), Number(f[1])]],
  [words(`(${MONTH}) (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})`), (f) => [Number(f[3]), monthOf(f[1] ?? ""), Number(f[2])]],
  [words(`(${MONTH}),? (\\d{4})`), (f) => [Number(f[2]), monthOf(f[1] ?? ""), null]],
  [words("(\\d{4})-(\\d{2})(?!-)"), (f) => [Number(f[1]), Number(f[2]) - 1, null]],
  [words("((?:19|20)\\d{2})(?!-)"), (f) => [Number(f[1]), -1, null]],
];

/** A date with a year: nobody has to guess which one was meant. */
export function eatDate(scanner: Scanner): Days | null {
  for (const [pattern, read] of DATES) {
    const out = scanner.attempt(() => {
      const found = scanner.eat(pattern);
      const [year, month, day] = (found && read(found)) ?? [0, 0, 0];
      if (!found || year < 1900 || month > 11) return null;
      if (month < 0) return { from: { year, month: 0, day: 1 }, to: { year: year + 1, month: 0, day: 1 } };
      if (day === null) return { from: { year, month, day: 1 }, to: plus({ year, month: month + 1, day: 1 }, 0) };
      const from = { year, month, day };
      // 31 February is no day.
      return plus(from, 0).day === day && plus(from, 0).month === month ? { from, to: plus(from, 1) } : null;
    });
    if (out) return out;
  }
  return null;
}

export function plus({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

export function today(now: number, zone: string): Day {
  const { year, month, day } = localTime(now, zone);
  return { year, month: month - 1, day };
}

/** Day of the week from 0 (Monday). */
export const weekdayOf = ({ year, month, day }: Day): number => (dayNumber(year, month + 1, day) + 3) % 7;

/** The instant at which a day begins in a zone. */
export function midnight({ year, month, day }: Day, zone: string): string {
  const wanted = Date.UTC(year, month, day);
  let guess = wanted;
  // Twice: the first step may land on the other side of a change of the clock.
  for (let i = 0; i < 2; i++) {
    const local = localTime(guess, zone);
    const minutes = new Date(guess).getUTCMinutes() * 60_000;
    const shown = Date.UTC(local.year, local.month - 1, local.day, local.hour) + offsetMinutes(guess, zone, minutes);
    guess += wanted - shown;
  }
  return new Date(guess).toISOString();
}

/** Minutes of the local clock (zones of half and quarter hours). */
function offsetMinutes(ms: number, zone: string, fallback: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, minute: "numeric" }).formatToParts(ms);
  const minute = Number(parts.find(({ type }) => type === "minute")?.value);
  return Number.isFinite(minute) ? minute * 60_000 : fallback;
}
