import type { SizePoint } from "@/domain/segments/contracts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface TrendRow extends Record<string, unknown> {
  /** Beginning of the hour or day, ISO. */
  at: string;
  /** At its end. */
  size: number;
  entered: number;
  left: number;
}

/**
 * Rows without gaps from the hours in which something moved: the size stays where nobody moved. Hours for a segment of
 * less than two days, else days (UTC).
 * @param now milliseconds
 */
export function trendOf(points: readonly SizePoint[], now: number): { bucket: "hour" | "day"; rows: TrendRow[] } {
  const [first] = points;
  if (!first) return { bucket: "day", rows: [] };
  const hourly = now - Date.parse(first.hour) < 2 * DAY;
  const step = hourly ? HOUR : DAY;
  const floor = (ms: number): number => Math.floor(ms / step) * step;
  const rows: TrendRow[] = [];
  let next = 0;
  let size = 0;
  for (let at = floor(Date.parse(first.hour)); at <= now; at += step) {
    let entered = 0;
    let left = 0;
    for (let point = points[next]; point && Date.parse(point.hour) < at + step; point = points[++next]) {
      size = point.size;
      entered += point.entered;
      left += point.left;
    }
    rows.push({ at: new Date(at).toISOString(), size, entered, left });
  }
  return { bucket: hourly ? "hour" : "day", rows };
}

/**
 * Size at the end of each of the last days (UTC), the oldest first, for a line as long as its table cell whatever
 * happened. Days before the first movement that is known have the size from which it moved.
 * @param size now, for segments that did not move
 * @param now milliseconds
 */
export function dailySizes(points: readonly SizePoint[], size: number, days: number, now: number): number[] {
  const [first] = points;
  const before = first ? first.size - first.entered + first.left : size;
  const today = Math.floor(now / DAY) * DAY;
  return Array.from({ length: days }, (_, i) => {
    const end = today - (days - 2 - i) * DAY;
    return points.findLast(({ hour }) => Date.parse(hour) < end)?.size ?? before;
  });
}
