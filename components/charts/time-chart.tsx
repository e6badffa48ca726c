"use client";

import { Area, Bar, CartesianGrid, ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartLegend, ChartTooltip } from "./chart-parts";
import { formatBucket, formatShort, formatTick } from "./format";
import { colorOf, numberAt, type ChartSeries, type TimeBucket, type TimeRow } from "./types";

export interface TimeChartProps {
  /** Names the drawing for assistive technology. */
  label: string;
  rows: readonly TimeRow[];
  series: readonly ChartSeries[];
  bucket: TimeBucket;
  stacked?: boolean;
  /** Pixels. */
  height?: number;
  legend?: boolean;
}

/** One drawing for areas and bars over time; `ChartFigure` goes around it. */
export default function TimeChart({ kind, ...props }: TimeChartProps & { kind: "area" | "bar" }) {
  const { label, rows, series, bucket, stacked = false, height = 240, legend = true } = props;
  const severalDays = Date.parse(rows.at(-1)?.at ?? "") - Date.parse(rows[0]?.at ?? "") > 36 * 3_600_000;
  const width = series.length > 0 ? widthOfAxis(rows, series, stacked) : 40;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {legend && series.length > 1 && <ChartLegend series={series} />}
      <div style={{ height }} className="min-w-0 [&_.recharts-surface]:outline-offset-2">
        <ResponsiveContainer width="100%" height="100%" minWidth={0}>
          <ComposedChart data={rows as TimeRow[]} margin={{ top: 6, right: 18, bottom: 0, left: 0 }} title={label} barCategoryGap="18%">
            <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
            <XAxis
              dataKey="at"
              {...(severalDays && bucket === "hour" ? { ticks: midnights(rows) } : {})}
              tickFormatter={(value: string) => formatTick(value, bucket, severalDays)}
              tick={{ fill: "var(--muted-foreground)", fontSize: 11 }}
              tickLine={false}
              axisLine={{ stroke: "var(--border)" }}
              height={24}
              minTickGap={28}
              interval="preserveStartEnd"
            />
            <YAxis
              width={width}
              tickFormatter={formatShort}
              tick={{ fill: "var(--muted-foreground)", fontSize: 11 }}
              tickLine={false}
              axisLine={false}
              allowDecimals={false}
              domain={[0, "auto"]}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={
                kind === "bar" ? { fill: "var(--accent)", opacity: 0.6 } : { stroke: "var(--muted-foreground)", strokeDasharray: "3 3" }
              }
              content={({ active, label: at }) => {
                const row = active === true ? rows.find((one) => one.at === at) : undefined;
                if (!row) return null;
                return (
                  <ChartTooltip
                    title={formatBucket(row.at, bucket)}
                    rows={series.map((one) => ({ label: one.label, color: colorOf(one.color), value: numberAt(row, one.key) }))}
                  />
                );
              }}
            />
            {series.map((one) =>
              kind === "bar" ? (
                <Bar
                  key={one.key}
                  dataKey={one.key}
                  name={one.label}
                  fill={colorOf(one.color)}
                  stackId={stacked ? "all" : undefined}
                  isAnimationActive={false}
                  maxBarSize={36}
                />
              ) : (
                <Area
                  key={one.key}
                  dataKey={one.key}
                  name={one.label}
                  type="monotone"
                  stroke={colorOf(one.color)}
                  strokeWidth={1.75}
                  fill={colorOf(one.color)}
                  fillOpacity={0.14}
                  stackId={stacked ? "all" : undefined}
                  isAnimationActive={false}
                  activeDot={{ r: 3 }}
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

// Hours of several days are marked where a day begins, once each.
const midnights = (rows: readonly TimeRow[]): string[] => rows.filter((row) => new Date(row.at).getHours() === 0).map((row) => row.at);

// The axis takes as much room as its longest label, so that charts do not waste space on a phone.
function widthOfAxis(rows: readonly TimeRow[], series: readonly ChartSeries[], stacked: boolean): number {
  let max = 0;
  for (const row of rows) {
    const values = series.map((one) => numberAt(row, one.key));
    max = Math.max(max, stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values));
  }
  return 14 + formatShort(max * 1.2).length * 7;
}
