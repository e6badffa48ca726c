import type { DateOrder, Decimal } from "./model";

/** Why a cell could not be read as a time. */
export type TimeProblem = "invalid_time" | "ambiguous_date";

export interface ReadTime {
  /** Milliseconds since 1970. */
  at: number;
  /** No time of day was given. */
  dateOnly: boolean;
}

const ISO = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(.+))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$/;
const PARTS = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,]+(.+))?$/;
const NAMED_DMY = /^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})(?:[T ,]+(.+))?$/;
const NAMED_MDY = /^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[T ,]+(.+))?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm|a\.m\.|p\.m\.)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?$/i;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Whether a text is a day-month-year date, and which orders are possible. Where dots are written, the day comes first. */
export function dateOrdersOf(text: string): { dmy: boolean; mdy: boolean } | null {
  const match = PARTS.exec(text.trim());
  if (!match) return null;
  const first = Number(match[1]);
  const second = Number(match[2]);
  const dmy = first <= 31 && second <= 12 && first > 0 && second > 0;
  const dotted = /^\d{1,2}\.\d{1,2}\./.test(text.trim());
  return { dmy, mdy: first <= 12 && second <= 31 && first > 0 && second > 0 && !(dotted && dmy) };
}

/**
 * Reads a time: ISO 8601, year first; day and month with the stated order (or where only one order is possible);
 * named months; epoch seconds and milliseconds; spreadsheet serials (days since 1899-12-30). Times without a zone are
 * of `timeZone`. Years outside 1900-2200 are refused.
 */
export function readTime(raw: string, order: DateOrder | undefined, timeZone: string): ReadTime | TimeProblem {
  const text = raw.trim();
  let match = ISO.exec(text);
  if (match) return assemble(Number(match[1]), Number(match[2]), Number(match[3]), match[4], timeZone);
  if (/^-?\d+(\.\d+)?$/.test(text)) return fromNumber(text, timeZone);
  match = PARTS.exec(text);
  if (match) {
    const possible = dateOrdersOf(text);
    if (!possible || (!possible.dmy && !possible.mdy)) return "invalid_time";
    const same = match[1] !== undefined && Number(match[1]) === Number(match[2]);
    if (!order && possible.dmy && possible.mdy && !same) return "ambiguous_date";
    const chosen = order ?? (possible.dmy ? "dmy" : "mdy");
    // The stated order is impossible for this value: saying so is better than guessing the other one.
    if (!possible[chosen]) return "invalid_time";
    const [day, month] = chosen === "dmy" ? [Number(match[1]), Number(match[2])] : [Number(match[2]), Number(match[1])];
    const year = Number(match[3]);
    return assemble(match[3]?.length === 2 ? year + (year < 70 ? 2000 : 1900) : year, month, day, match[4], timeZone);
  }
  match = NAMED_DMY.exec(text);
  if (match) return named(match[3], match[2], match[1], match[4], timeZone);
  match = NAMED_MDY.exec(text);
  if (match) return named(match[3], match[1], match[2], match[4], timeZone);
  return "invalid_time";
}

function named(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  clock: string | undefined,
  timeZone: string,
): ReadTime | TimeProblem {
  const index = MONTHS.indexOf((month ?? "").slice(0, 3).toLowerCase());
  if (index < 0) return "invalid_time";
  return assemble(Number(year), index + 1, Number(day), clock, timeZone);
}

function fromNumber(text: string, timeZone: string): ReadTime | TimeProblem {
  const compact = COMPACT.exec(text);
  if (compact && plausibleYear(Number(compact[1])) && Number(compact[2]) <= 12 && Number(compact[3]) <= 31) {
    const clock = compact[4] === undefined ? undefined : `${compact[4]}:${compact[5]}:${compact[6] ?? "00"}`;
    return assemble(Number(compact[1]), Number(compact[2]), Number(compact[3]), clock, timeZone);
  }
  const n = Number(text);
  if (n >= 1e8 && n < 1e10) return { at: Math.round(n * 1000), dateOnly: false };
  if (n >= 1e11 && n < 1e13) return { at: Math.round(n), dateOnly: false };
  if (n >= 1e14 && n < 1e16) return { at: Math.round(n / 1000), dateOnly: false };
  // Spreadsheet serial: 1 is 1899-12-31; from 1927 to 2119.
  if (n >= 10_000 && n < 80_000) {
    const wall = Math.round((n - 25_569) * 86_400) * 1000;
    return { at: fromWall(wall, timeZone), dateOnly: Number.isInteger(n) };
  }
  return "invalid_time";
}

const plausibleYear = (year: number): boolean => year >= 1900 && year <= 2200;

function assemble(year: number, month: number, day: number, clock: string | undefined, timeZone: string): ReadTime | TimeProblem {
  if (!plausibleYear(year) || month < 1 || month > 12 || day < 1 || day > 31) return "invalid_time";
  let ms = 0;
  let zone: string | undefined;
  if (clock !== undefined && clock.trim() !== "") {
    const match = CLOCK.exec(clock.trim());
    if (!match) return "invalid_time";
    let hour = Number(match[1]);
    const half = match[5]?.[0]?.toLowerCase();
    if (half) {
      if (hour < 1 || hour > 12) return "invalid_time";
      hour = (hour % 12) + (half === "p" ? 12 : 0);
    }
    const minute = Number(match[2]);
    const second = Number(match[3] ?? 0);
    if (hour > 23 || minute > 59 || second > 60) return "invalid_time";
    ms = ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000 + Math.floor(Number(`0.${match[4] ?? 0}`) * 1000);
    zone = match[6];
  }
  const midnight = Date.UTC(year, month - 1, day);
  // 30 February rolls over into March: not a date.
  if (new Date(midnight).getUTCDate() !== day) return "invalid_time";
  const dateOnly = clock === undefined || clock.trim() === "";
  if (zone === undefined) return { at: fromWall(midnight + ms, timeZone), dateOnly };
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  const minutes = offset ? (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * (offset[1] === "-" ? -1 : 1) : 0;
  return { at: midnight + ms - minutes * 60_000, dateOnly };
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** Offset of a zone from UTC at an instant, in milliseconds. Cached by quarter of an hour: zones change on those. */
function offsetAt(at: number, timeZone: string): number {
  const quarter = Math.floor(at / 900_000);
  const key = `${timeZone}|${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  const start = quarter * 900_000;
  const parts = Object.fromEntries(format.formatToParts(start).map((part) => [part.type, Number(part.value)]));
  const wall = Date.UTC(parts["year"] ?? 0, (parts["month"] ?? 1) - 1, parts["day"], parts["hour"], parts["minute"], parts["second"]);
  if (offsets.size > 50_000) offsets.clear();
  offsets.set(key, wall - start);
  return wall - start;
}

/**
 * Instant of a wall-clock time in a zone. A time that occurs twice (clocks go back) is the first of the two; one that
 * does not exist (clocks go forward) is read with the offset before the change.
 */
export function fromWall(wall: number, timeZone: string): number {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return wall;
  const before = offsetAt(wall - 86_400_000, timeZone);
  const after = offsetAt(wall + 86_400_000, timeZone);
  const first = wall - before;
  if (before === after || offsetAt(first, timeZone) === before) return first;
  const second = wall - after;
  return offsetAt(second, timeZone) === after ? second : first;
}

/**
 * A number as people write it: grouping by the other sign, by spaces or apostrophes; a currency sign or code around it;
 * accountant's brackets for negatives. Null when it is not one (also for exponents and hexadecimal: those are ids).
 */
export function readNumber(raw: string, decimal: Decimal = "."): number | null {
  let text = raw.trim();
  let sign = 1;
  if (/^\(.*\)$/.test(text)) {
    sign = -1;
    text = text.slice(1, -1);
  }
  text = text
    .replace(/[\u2212\u2012\u2013]/g, "-")
    .replace(/^(-?)\s*(?:\p{Sc}|[A-Z]{3}\b)\s*/u, "$1")
    .replace(/\s*(?:\p{Sc}|\b[A-Z]{3}|%)$/u, "")
    .trim();
  if (text.startsWith("-")) {
    sign = -sign;
    text = text.slice(1).trim();
  } else if (text.endsWith("-")) {
    sign = -sign;
    text = text.slice(0, -1).trim();
  } else if (text.startsWith("+")) text = text.slice(1);
  const group = decimal === "." ? "," : "\\.";
  const point = decimal === "." ? "\\." : ",";
  const grouped = new RegExp(`^\\d{1,3}(?:[${group}\\s'’\u00a0\u202f]\\d{2,3})*(?:${point}\\d*)?$`);
  const plain = new RegExp(`^(?:\\d+(?:${point}\\d*)?|${point}\\d+)$`);
  if (!plain.test(text)) {
    if (!grouped.test(text)) return null;
    text = text.replace(new RegExp(`[${group}\\s'’\u00a0\u202f]`, "g"), "");
  }
  const n = Number(decimal === "," ? text.replace(",", ".") : text);
  return Number.isFinite(n) ? (n === 0 ? 0 : sign * n) : null;
}

/** Decimal sign a set of values suggests: null when they are no numbers or nothing decides. */
export function decimalOf(values: string[]): Decimal | null {
  let point = 0;
  let comma = 0;
  for (const value of values) {
    const text = value.trim().replace(/[^\d.,-]/g, "");
    const lastPoint = text.lastIndexOf(".");
    const lastComma = text.lastIndexOf(",");
    if (lastPoint >= 0 && lastComma >= 0) {
      if (lastPoint > lastComma) point++;
      else comma++;
    } else if (lastPoint >= 0) {
      if (text.length - lastPoint - 1 !== 3 || text.startsWith("0.")) point++;
      else if (text.indexOf(".") !== lastPoint) comma++;
    } else if (lastComma >= 0) {
      if (text.length - lastComma - 1 !== 3 || text.startsWith("0,")) comma++;
      else if (text.indexOf(",") !== lastComma) point++;
    }
  }
  if (point === comma) return null;
  return point > comma ? "." : ",";
}

const YES = new Set([
  "true",
  "t",
  "yes",
  "y",
  "1",
  "on",
  "ja",
  "oui",
  "si",
  "sí",
  "sì",
  "sim",
  "да",
  "はい",
  "是",
  "예",
  "نعم",
  "כן",
  "evet",
  "tak",
]);
const NO = new Set([
  "false",
  "f",
  "no",
  "n",
  "0",
  "off",
  "nein",
  "non",
  "não",
  "nao",
  "нет",
  "いいえ",
  "否",
  "아니요",
  "لا",
  "לא",
  "hayır",
  "nie",
  "nee",
]);

export function readBoolean(raw: string): boolean | null {
  const text = raw.trim().toLowerCase();
  if (YES.has(text)) return true;
  return NO.has(text) ? false : null;
}

/** One @ with something on both sides and a dot (or a literal) in the domain: what identity can split and compare. */
export function looksLikeEmail(raw: string): boolean {
  const text = raw.trim();
  if (text.length > 254 || /[\s<>()",;:\\\u200b-\u200d\ufeff]/.test(text)) return false;
  const at = text.indexOf("@");
  if (at < 1 || at !== text.lastIndexOf("@") || at > 64) return false;
  const domain = text.slice(at + 1);
  return /^[^.].*\.[^.\s]{2,}\.?$/.test(domain) && !domain.includes("..");
}
