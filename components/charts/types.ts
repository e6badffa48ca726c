/** Tokens `--chart-1` to `--chart-8`: eight colours that colour-blind people can tell apart, at 3:1 in both themes. */
export type ChartColor = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "destructive" | "muted";

export interface ChartSeries {
  /** Key of the number in each row. */
  key: string;
  label: string;
  color: ChartColor;
}

/** A row of a chart over time: `at` is an ISO time (of hours of the day "08:00"), the rest are numbers by series key. */
export type TimeRow = { at: string } & Record<string, unknown>;

/** Width of a bucket; days and months are UTC, minutes and hours are shown in the reader's own zone; hours of the day are of no date. */
export type TimeBucket = "minute" | "hour" | "day" | "month" | "hour_of_day";

export const colorOf = (color: ChartColor): string =>
  color === "destructive" ? "var(--destructive)" : color === "muted" ? "var(--muted-foreground)" : `var(--chart-${color})`;

export const numberAt = (row: Record<string, unknown>, key: string): number => {
  const value = row[key];
  return typeof value === "number" ? value : 0;
};
