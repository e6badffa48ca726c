import { instantOf, localMoment, minutesOf } from "@/domain/kernel/local-time";
import type { LocalDate } from "@/domain/kernel/local-time";
import type { Entry } from "./model";

/** Entries that time brings about, not something that happened. */
export type TimedEntry = Extract<Entry, { kind: "date_trait" | "schedule" }>;

/** One moment at which an entry's time has come in a zone. */
export interface Occurrence {
  /** Local calendar day, "2026-03-01": names the occurrence, so that nobody enters twice by it. */
  readonly date: string;
  /** Milliseconds. */
  readonly at: number;
}

const DAY = 86_400_000;
/** Recurring entries come at least once in so many days. */
const HORIZON = 9 * DAY;

export function isTimed(entry: Entry): entry is TimedEntry {
  return entry.kind === "date_trait" || entry.kind === "schedule";
}

/** Whether each person's own zone decides, not the company's. */
export function goesByPerson(entry: TimedEntry): boolean {
  return entry.kind === "date_trait" || entry.local;
}

/**
 * The occurrences in (from, to] (milliseconds) by the wall clock of a zone, the earliest first. Those of a date trait are
 * the days at whose time somebody's date may be due. Pure.
 */
export function occurrencesIn(entry: TimedEntry, zone: string, from: number, to: number): Occurrence[] {
  if (entry.kind === "schedule" && entry.at !== null) {
    const only = onceAt(entry.at, entry.local, zone);
    return only.at > from && only.at <= to ? [only] : [];
  }
  const daily = entry.kind === "date_trait" ? { weekdays: undefined, time: entry.time } : entry.recurring;
  if (daily === null || to <= from) return [];
  const out: Occurrence[] = [];
  const first = localMoment(from, zone);
  for (let ahead = -1; ; ahead++) {
    const day = calendarDay({ year: first.year, month: first.month, day: first.day + ahead });
    const at = instantOf(day, minutesOf(daily.time), zone);
    if (at > to) return out;
    const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() || 7;
    if (at > from && (daily.weekdays === undefined || daily.weekdays.includes(weekday))) out.push({ date: textOf(day), at });
  }
}

/** The first occurrence after a moment, or null: a single one is over. */
export function nextOccurrence(entry: TimedEntry, zone: string, after: number): Occurrence | null {
  const to = entry.kind === "schedule" && entry.at !== null ? Number.POSITIVE_INFINITY : after + HORIZON;
  return occurrencesIn(entry, zone, after, to)[0] ?? null;
}

/** The one start of a schedule. Local: by the wall clock that was written, whatever the zone it was written in. */
function onceAt(text: string, local: boolean, zone: string): Occurrence {
  const [, year, month, day, hour, minute] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/u.exec(text) ?? [];
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  const at = local ? instantOf(date, Number(hour) * 60 + Number(minute), zone) : Date.parse(text);
  return { date: textOf(date), at };
}

/** Which dates of a trait are due on a day: a calendar date to compare with, and the days of the year where it is yearly. */
export interface DueDates {
  /** "YYYY-MM-DD": the date itself; yearly: the latest date that has an anniversary (the date itself is the first). */
  readonly upTo: string;
  /** "MM-DD", one or two; null: only the date itself. */
  readonly days: readonly string[] | null;
}

/** 29 February is held on the 28th in other years. Pure. */
export function datesDueOn(date: string, entry: { readonly days: number; readonly yearly: boolean }): DueDates {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const held = calendarDay({ year, month, day: day - entry.days });
  const upTo = textOf(held);
  if (!entry.yearly) return { upTo, days: null };
  const own = upTo.slice(5);
  return { upTo, days: own === "02-28" && !isLeap(held.year) ? [own, "02-29"] : [own] };
}

const isLeap = (year: number): boolean => new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;

/** Days outside the month rolled over. */
function calendarDay({ year, month, day }: LocalDate): LocalDate {
  const rolled = new Date(Date.UTC(year, month - 1, day));
  return { year: rolled.getUTCFullYear(), month: rolled.getUTCMonth() + 1, day: rolled.getUTCDate() };
}

const textOf = ({ year, month, day }: LocalDate): string =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
