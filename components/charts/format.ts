import type { TimeBucket } from "./types";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `9,747,748` */
export const formatCount = (value: number): string => whole.format(value);
/** `9.7M`, for axes. */
export const formatShort = (value: number): string => short.format(value);

/** `12.3 %`; small shares that are not nothing say so. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent < 100 && percent > 99.9) return "> 99.9 %";
  return `${percent.toFixed(1)} %`;
}

/** Time of a bucket on an axis; hours of several days show their day. */
export function formatTick(iso: string, bucket: TimeBucket, severalDays = false): string {
  if (bucket === "hour_of_day") return iso;
  const date = new Date(iso);
  if (severalDays && bucket === "hour") return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  switch (bucket) {
    case "minute":
    case "hour":
      return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    case "day":
      return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
    case "month":
      return date.toLocaleDateString("en-GB", { month: "short", year: "2-digit", timeZone: "UTC" });
  }
}

/** Time of a bucket in full, for tooltips and tables. */
export function formatBucket(iso: string, bucket: TimeBucket): string {
  if (bucket === "hour_of_day") return iso;
  const date = new Date(iso);
  switch (bucket) {
    case "minute":
    case "hour":
      return date.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    case "day":
      return date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    case "month":
      return date.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  }
}
