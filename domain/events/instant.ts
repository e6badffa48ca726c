export interface Instant {
  /** Milliseconds since 1970. */
  ms: number;
  /** The value named no zone (read as UTC), or was an epoch number. */
  zoneless: boolean;
}

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
/** What `Date.prototype.toString` and mail headers write: a named month, so day and month cannot be confused. */
const NAMED_MONTH = /^(?:[A-Z][a-z]{2},? )?(?:\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2}) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|Z|[+-]\d{4})/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Below this an epoch number counts seconds: as seconds it is the year 5138, as milliseconds 1973. */
const SECONDS_BELOW = 1e11;
const MAX_OFFSET_MINUTES = 18 * 60;

/**
 * Reads an instant as clients write it: ISO 8601 (also with one-digit month or day, without seconds, without zone),
 * epoch seconds or milliseconds, or text with a named month. Null for what is none: no 30 February, no guessed
 * day-month order, no impossible offset.
 */
export function parseInstant(value: unknown): Instant | null {
  if (typeof value === "number") return epoch(value);
  if (typeof value !== "string") return null;
  if (value.length === 24 && value.charCodeAt(23) === 90) {
    const ms = plainIso(value);
    if (ms !== null) return { ms, zoneless: false };
  }
  const text = value.trim();
  if (text.length > 64) return null;
  const match = ISO.exec(text);
  if (match) return fromParts(match);
  if (/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return epoch(Number(text));
  if (NAMED_MONTH.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return { ms, zoneless: false };
  }
  return null;
}

function epoch(n: number): Instant | null {
  if (!Number.isFinite(n)) return null;
  return { ms: Math.round(Math.abs(n) < SECONDS_BELOW ? n * 1000 : n), zoneless: true };
}

const daysIn = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : (MONTH_DAYS[month - 1] ?? 0);

/** The number that `n` digits from `at` spell; NaN where one is none. */
function digits(text: string, at: number, n: number): number {
  let out = 0;
  for (let i = at; i < at + n; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    out = out * 10 + digit;
  }
  return out;
}

/** `2026-11-23T12:28:40.288Z` without a regular expression: nearly every time has this form. */
function plainIso(text: string): number | null {
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== "T" || text[13] !== ":" || text[16] !== ":" || text[19] !== ".") return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const ms = digits(text, 20, 3);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && ms <= 999) || !(year >= 100)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

function fromParts(match: RegExpExecArray): Instant | null {
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  // 24:00:00 is the end of the day in ISO 8601; 60 is a leap second.
  const endOfDay = hour === 24 && minute === 0 && second === 0;
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 60) return null;
  const fraction = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, Math.min(second, 59), fraction);
  const zone = match[8];
  if (zone === undefined) return { ms: date.getTime(), zoneless: true };
  if (zone === "Z" || zone === "z") return { ms: date.getTime(), zoneless: false };
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  if (minutes > MAX_OFFSET_MINUTES || Number(zone.slice(-2)) > 59) return null;
  return { ms: date.getTime() - (zone[0] === "-" ? -minutes : minutes) * 60_000, zoneless: false };
}

const DAY = 86_400_000;
const two = (n: number): string => String(n).padStart(2, "0");
/** `12:28:` of each minute of a day. */
const MINUTES: readonly string[] = Array.from({ length: 1440 }, (_, n) => `${two(Math.floor(n / 60))}:${two(n % 60)}:`);
const SECONDS: readonly string[] = Array.from({ length: 60 }, (_, n) => two(n));
let lastMs = Number.NaN;
let lastText = "";
let lastDay = Number.NaN;
let lastDayText = "";

/**
 * `new Date(ms).toISOString()` for whole milliseconds of years that have four digits, several times as fast: collection
 * writes two times a message, and most of them are of the same day as the one before.
 */
export function isoText(ms: number): string {
  if (ms === lastMs) return lastText;
  const day = Math.floor(ms / DAY);
  if (day !== lastDay) {
    lastDayText = new Date(day * DAY).toISOString().slice(0, 11);
    lastDay = day;
  }
  const rest = ms - day * DAY;
  const milli = rest % 1000;
  const seconds = (rest - milli) / 1000;
  const second = seconds % 60;
  const fraction = milli < 10 ? `.00${milli}Z` : milli < 100 ? `.0${milli}Z` : `.${milli}Z`;
  lastText = lastDayText + MINUTES[(seconds - second) / 60] + SECONDS[second] + fraction;
  lastMs = ms;
  return lastText;
}
