/**
 * Wall-clock times in IANA zones. A local time that a clock change skips becomes the first moment after the gap; one that
 * comes twice is the first of the two. Pure; offsets come from the runtime's time-zone data.
 */
export interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export interface LocalMoment extends LocalDate {
  /** Minutes since local midnight by the wall clock. */
  readonly minutes: number;
  /** ISO: 1 Monday to 7 Sunday. */
  readonly weekday: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  return format;
}

/** Wall clock minus UTC at an instant, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const whole = Math.floor(at / 1_000) * 1_000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) part[type] = Number(value);
  return (
    Date.UTC(part["year"] ?? 0, (part["month"] ?? 1) - 1, part["day"] ?? 1, part["hour"] ?? 0, part["minute"] ?? 0, part["second"] ?? 0) -
    whole
  );
}

export function localMoment(at: number, zone: string): LocalMoment {
  const wall = new Date(at + offsetAt(at, zone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    minutes: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
    weekday: wall.getUTCDay() || 7,
  };
}

/** Minutes since midnight of "HH:MM". */
export function minutesOf(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** The instant (milliseconds) of a local date and minute of the day. Days outside the month roll over, as in `Date.UTC`. */
export function instantOf(date: LocalDate, minutes: number, zone: string): number {
  const wall = Date.UTC(date.year, date.month - 1, date.day) + minutes * MINUTE;
  // The offsets on either side of any change near this wall time.
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  const candidates = [wall - before, wall - after].filter((at) => at + offsetAt(at, zone) === wall);
  if (candidates.length > 0) return Math.min(...candidates);
  return firstAfterGap(wall - Math.max(before, after), wall - Math.min(before, after), zone);
}

/** The moment at which the offset changes, between `low` (before) and `high` (after). */
function firstAfterGap(low: number, high: number, zone: string): number {
  const old = offsetAt(low, zone);
  let from = low;
  let to = high;
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle, zone) === old) from = middle;
    else to = middle;
  }
  return to;
}

/** The first moment strictly after `now` at which it is `time` on one of the weekdays, by the zone's wall clock. */
export function nextLocalTime(now: number, zone: string, weekdays: readonly number[], time: string): number {
  const today = localMoment(now, zone);
  for (let ahead = 0; ahead <= 8; ahead++) {
    const date = { year: today.year, month: today.month, day: today.day + ahead };
    const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() || 7;
    if (!weekdays.includes(weekday)) continue;
    const at = instantOf(date, minutesOf(time), zone);
    if (at > now) return at;
  }
  throw new RangeError("nextLocalTime: no weekday was given");
}

/** Whether the wall clock stands in [from, to); from after to runs over midnight, equal ends are the whole day. */
export function inDailyWindow(at: number, zone: string, from: string, to: string): boolean {
  const { minutes } = localMoment(at, zone);
  const start = minutesOf(from);
  const end = minutesOf(to);
  if (start === end) return true;
  return start < end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
}

/**
 * Whether a moment lies in a daily window that opens on these weekdays. A window over midnight belongs to the day on
 * which it opened.
 */
export function inWeeklyWindow(at: number, zone: string, weekdays: readonly number[], from: string, to: string): boolean {
  if (!inDailyWindow(at, zone, from, to)) return false;
  const { minutes, weekday } = localMoment(at, zone);
  const opened = minutesOf(from) > minutesOf(to) && minutes < minutesOf(to) ? (weekday === 1 ? 7 : weekday - 1) : weekday;
  return weekdays.includes(opened);
}

/** `days` after (negative: before) a local date, at a time of day. */
export function dayOffset(date: LocalDate, days: number, time: string, zone: string): number {
  return instantOf({ ...date, day: date.day + days }, minutesOf(time), zone);
}
