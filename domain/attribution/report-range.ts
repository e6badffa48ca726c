import { instantOf } from "@/domain/kernel";

/** Instants of a range of days (both included) in a time zone: [first midnight, midnight after the last). */
export function dayRange({ from, to }: { readonly from: string; readonly to: string }, timezone: string): { from: Date; to: Date } {
  return { from: midnight(from, 0, timezone), to: midnight(to, 1, timezone) };
}

function midnight(day: string, plusDays: number, timezone: string): Date {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return new Date(instantOf({ year, month, day: date + plusDays }, 0, timezone));
}

/** The same number of days right before a range. */
export function rangeBefore({ from, to }: { readonly from: string; readonly to: string }): { from: string; to: string } {
  const length = Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
  return { from: plusDays(from, -length), to: plusDays(from, -1) };
}

/** A day so many days later. */
export function plusDays(day: string, n: number): string {
  return new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10);
}

export interface Bucket {
  /** First day of it. */
  readonly day: string;
  /** Seconds since 1970: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** The days of a range, or its months where there are more than `most` days; months are cut to the range. */
export function bucketsOf({ from, to }: { readonly from: string; readonly to: string }, timezone: string, most = 120): Bucket[] {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
  const starts = Array.from({ length: days }, (_, i) => plusDays(from, i)).filter(
    (day, i) => days <= most || i === 0 || day.endsWith("-01"),
  );
  return starts.map((day, i) => ({
    day,
    from: midnight(day, 0, timezone).getTime() / 1_000,
    to: midnight(starts[i + 1] ?? plusDays(to, 1), 0, timezone).getTime() / 1_000,
  }));
}

/** Number of the bucket that holds a second; -1: none. Buckets lie side by side in time order. */
export function bucketAt(buckets: readonly Bucket[], second: number): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.to ?? 0) > second) high = middle;
    else low = middle + 1;
  }
  const found = buckets[low];
  return found !== undefined && second >= found.from ? low : -1;
}

const DAY = 86_400_000;
