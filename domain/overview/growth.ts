import type { GrowthPoint, OverviewRange } from "./model";

export interface DayCount {
  /** Start of the UTC day, epoch milliseconds. */
  day: number;
  known: number;
  anonymous: number;
  events: number;
}

const DAY = 86_400_000;
const startOfDay = (ms: number): number => Math.floor(ms / DAY) * DAY;
const startOfMonth = (ms: number, offset = 0): number => {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
};

export interface Span {
  /** First and last moment (exclusive), epoch milliseconds; null: all time and nothing known. */
  from: number | null;
  to: number;
  bucket: "day" | "month";
}

/** The range in whole UTC days or months; "all" starts with the first day that has data and uses days up to 120 of them. */
export function spanOf(range: OverviewRange, now: number, firstDay: number | null): Span {
  const to = startOfDay(now) + DAY;
  switch (range) {
    case "30d":
      return { from: to - 30 * DAY, to, bucket: "day" };
    case "90d":
      return { from: to - 90 * DAY, to, bucket: "day" };
    case "12m":
      return { from: startOfMonth(now, -11), to: startOfMonth(now, 1), bucket: "month" };
    case "all": {
      if (firstDay === null) return { from: null, to, bucket: "day" };
      return to - firstDay <= 120 * DAY
        ? { from: firstDay, to, bucket: "day" }
        : { from: startOfMonth(firstDay), to: startOfMonth(now, 1), bucket: "month" };
    }
  }
}

/** Every bucket of the span with new people, people so far and events; empty buckets included. */
export function growthOf(days: readonly DayCount[], span: Span): GrowthPoint[] {
  const { from, to, bucket } = span;
  if (from === null) return [];
  const points = new Map<number, GrowthPoint>();
  for (let start = from; start < to; start = bucket === "day" ? start + DAY : startOfMonth(start, 1)) {
    points.set(start, { at: new Date(start).toISOString(), newKnown: 0, newAnonymous: 0, people: 0, events: 0 });
  }
  let before = 0;
  for (const { day, known, anonymous, events } of days) {
    if (day < from) {
      before += known + anonymous;
      continue;
    }
    const point = points.get(bucket === "day" ? day : startOfMonth(day));
    // Times up to a day in the future are accepted: they fall out of the picture, not into a wrong bucket.
    if (!point) continue;
    point.newKnown += known;
    point.newAnonymous += anonymous;
    point.events += events;
  }
  let people = before;
  const out = [...points.values()];
  for (const point of out) {
    people += point.newKnown + point.newAnonymous;
    point.people = people;
  }
  return out;
}
