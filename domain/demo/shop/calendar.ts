import type { Random } from "@/domain/kernel/random";
import { Wheel } from "./chance";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The demo's history: a little over 13 months, so that "the same month last year" exists. */
export const HISTORY_DAYS = 397;

/** Sales by month of the year, January first: gifts in November and December, a quiet summer. */
const MONTHS = [0.92, 0.95, 0.97, 0.96, 0.94, 0.86, 0.8, 0.82, 0.96, 1.06, 1.38, 1.5] as const;
/** Sunday first. */
const WEEKDAYS = [1.12, 0.98, 0.95, 0.94, 0.97, 1.0, 1.04] as const;
/** Local hour of a visit to the website or the app. */
const ONLINE_HOURS = [3, 2, 1, 1, 1, 3, 8, 16, 22, 24, 26, 27, 31, 28, 25, 24, 25, 28, 33, 41, 46, 42, 28, 12] as const;
/** Opening hours of the stores. */
const STORE_HOURS = [0, 0, 0, 0, 0, 0, 0, 4, 14, 22, 28, 32, 36, 33, 27, 25, 26, 30, 18, 3, 0, 0, 0, 0] as const;

const hours = (weights: readonly number[]): Wheel<number> => new Wheel([...weights.keys()], (hour) => weights[hour] ?? 0);
const onlineHours = hours(ONLINE_HOURS);
const storeHours = hours(STORE_HOURS);

/** The days of the demo and how busy each is. All times are milliseconds since 1970. */
export class Calendar {
  readonly end: number;
  readonly start: number;
  private readonly busy: number[] = [];
  private readonly joining: Wheel<number>;
  private readonly offsets = new Map<string, Int32Array>();
  private readonly formats = new Map<string, Intl.DateTimeFormat>();
  /** Midnight UTC of the first day. */
  private readonly first: number;

  constructor(anchor: Date) {
    this.end = anchor.getTime();
    this.first = Math.floor(this.end / DAY) * DAY - HISTORY_DAYS * DAY;
    this.start = this.first;
    const days = Array.from({ length: HISTORY_DAYS + 1 }, (_, i) => i);
    for (const i of days) {
      const date = new Date(this.first + i * DAY);
      const season = MONTHS[date.getUTCMonth()] ?? 1;
      const friday = date.getUTCMonth() === 10 && date.getUTCDate() >= 22 ? 1.35 : 1;
      this.busy.push(season * friday * (WEEKDAYS[date.getUTCDay()] ?? 1));
    }
    // The shop grows: twice as many newcomers a day at the end as at the beginning.
    this.joining = new Wheel(days, (i) => (1 + i / HISTORY_DAYS) * this.busyness(this.first + i * DAY));
  }

  /** About 1; more on busy days. */
  busyness(at: number): number {
    return this.busy[Math.floor((at - this.first) / DAY)] ?? 1;
  }

  /** Share of the year's newcomers that a day has, for the campaigns' costs. */
  growth(at: number): number {
    return (1 + (at - this.first) / DAY / HISTORY_DAYS) / 1.5;
  }

  /** A day on which somebody shows up for the first time, as its midnight in UTC. */
  joinDay(random: Random): number {
    return this.first + this.joining.draw(random) * DAY;
  }

  /** A moment of the day of `at` at which people in `timezone` are online (or in a store). */
  moment(random: Random, at: number, timezone: string, where: "online" | "store" = "online"): number {
    const midnight = Math.floor(at / DAY) * DAY;
    const hour = (where === "online" ? onlineHours : storeHours).draw(random);
    return this.local(midnight + hour * HOUR + Math.floor(random.next() * HOUR), timezone);
  }

  /** The moment at which clocks in `timezone` show what UTC clocks show at `wall`. */
  local(wall: number, timezone: string): number {
    return wall - this.offset(wall, timezone);
  }

  private offset(at: number, timezone: string): number {
    let table = this.offsets.get(timezone);
    if (!table) this.offsets.set(timezone, (table = new Int32Array(HISTORY_DAYS + 2).fill(-1)));
    const day = Math.min(Math.max(0, Math.floor((at - this.first) / DAY)), HISTORY_DAYS + 1);
    let minutes = table[day] ?? -1;
    if (minutes === -1) table[day] = minutes = this.lookUp(this.first + day * DAY + DAY / 2, timezone);
    return minutes * MINUTE;
  }

  private lookUp(at: number, timezone: string): number {
    let format = this.formats.get(timezone);
    if (!format) {
      format = new Intl.DateTimeFormat("en-GB", {
        timeZone: timezone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
      });
      this.formats.set(timezone, format);
    }
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
    const wall = Date.UTC(part["year"] ?? 0, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"]);
    return Math.round((wall - at) / MINUTE);
  }
}
