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
/** Before, zones kept local mean time with odd seconds. */
const STEADY_FROM = Date.UTC(1950, 0, 1);
const DAYS_KEPT = 20_000;

/** Zone to UTC day (since 1970) to its offset in milliseconds; null where the clock is changed on that day. */
const offsets = new Map<string, Map<number, number | null>>();

/** Offset of the zone on the instant's UTC day when it is the same all day: asking the calendar is slow. */
function steadyOffset(ms: number, zone: string): number | undefined {
  if (!(ms >= STEADY_FROM)) return undefined;
  let days = offsets.get(zone);
  if (!days) offsets.set(zone, (days = new Map()));
  const day = Math.floor(ms / DAY_MS);
  let offset = days.get(day);
  if (offset === undefined) {
    if (days.size >= DAYS_KEPT) days.clear();
    const [first, last] = [offsetAt(day * DAY_MS, zone), offsetAt((day + 1) * DAY_MS, zone)];
    offset = first === last ? first : null;
    days.set(day, offset);
  }
  return offset ?? undefined;
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
