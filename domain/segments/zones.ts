/** Calendar questions in a person's time zone. */
export interface LocalTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  /** ISO: 1 Monday to 7 Sunday. */
  weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the zone is an IANA name that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    format(zone);
    return true;
  } catch {
    return false;
  }
}

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      era: "short",
    });
    formats.set(zone, found);
  }
  return found;
}

/** The local calendar time of an instant (milliseconds). */
export function localTime(ms: number, zone: string): LocalTime {
  const offset = steadyOffset(ms, zone);
  if (offset === undefined) return formatted(ms, zone);
  const local = new Date(ms + offset);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    weekday: local.getUTCDay() || 7,
  };
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Before, zones kept local mean time with odd seconds. */
const STEADY_FROM = Date.UTC(1950, 0, 1);
const DAYS_KEPT = 20_000;

interface DayOffset {
  /** Milliseconds from the beginning of the UTC day on, and from `at` on. */
  before: number;
  after: number;
  /** Instant of the change; the day's end where there is none. */
  at: number;
}

/** Zone to UTC day (since 1970) to its offset; null where more than one change lies in the day. */
const offsets = new Map<string, Map<number, DayOffset | null>>();

/** Offset of the zone at an instant, known by its UTC day: asking the calendar is slow. */
function steadyOffset(ms: number, zone: string): number | undefined {
  if (!(ms >= STEADY_FROM)) return undefined;
  let days = offsets.get(zone);
  if (!days) offsets.set(zone, (days = new Map()));
  const day = Math.floor(ms / DAY_MS);
  let offset = days.get(day);
  if (offset === undefined) {
    if (days.size >= DAYS_KEPT) days.clear();
    offset = offsetOfDay(day * DAY_MS, zone);
    days.set(day, offset);
  }
  if (!offset) return undefined;
  return ms < offset.at ? offset.before : offset.after;
}

function offsetOfDay(start: number, zone: string): DayOffset | null {
  const [before, after] = [offsetAt(start, zone), offsetAt(start + DAY_MS, zone)];
  if (before === after) return { before, after, at: start + DAY_MS };
  // Clocks change at full minutes: the first one with another offset.
  let low = 0;
  let high = DAY_MS / MINUTE_MS;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (offsetAt(start + middle * MINUTE_MS, zone) === before) low = middle;
    else high = middle;
  }
  const at = start + high * MINUTE_MS;
  return offsetAt(at, zone) === after ? { before, after, at } : null;
}

/** Offset of a zone at a full minute. */
function offsetAt(ms: number, zone: string): number {
  const local = formatted(ms, zone);
  return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute) - ms;
}

function formatted(ms: number, zone: string): LocalTime & { minute: number } {
  const parts: Record<string, string> = {};
  for (const { type, value } of format(zone).formatToParts(ms)) parts[type] = value;
  // The year before 1 is 0.
  const year = parts.era?.startsWith("B") ? 1 - Number(parts.year) : Number(parts.year);
  const month = Number(parts.month);
  const day = Number(parts.day);
  const weekday = new Date(Date.UTC(2000, month - 1, day)).setUTCFullYear(year);
  return { year, month, day, hour: Number(parts.hour), minute: Number(parts.minute), weekday: new Date(weekday).getUTCDay() || 7 };
}

/** Days since 1970 of a calendar date. */
export const dayNumber = (year: number, month: number, day: number): number => Math.floor(Date.UTC(year, month - 1, day) / 86_400_000);

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days from today (local) to the nearest anniversary of a month and day: negative when it lies behind. 29 February counts on 28 February in other years. */
export function daysToAnniversary(today: LocalTime, month: number, day: number): number {
  const now = dayNumber(today.year, today.month, today.day);
  let best = Number.POSITIVE_INFINITY;
  for (const year of [today.year - 1, today.year, today.year + 1]) {
    const held = month === 2 && day === 29 && !isLeapYear(year) ? 28 : day;
    const distance = dayNumber(year, month, held) - now;
    if (Math.abs(distance) < Math.abs(best)) best = distance;
  }
  return best;
}
