"use client";

import { Cell, Pie, PieChart, ResponsiveContainer, Tooltip } from "recharts";
import { ChartTooltip } from "./chart-parts";
import { formatCount, formatShare } from "./format";
import { colorOf, type ChartColor } from "./types";

export interface DonutSlice {
  label: string;
  value: number;
  color: ChartColor;
}
export interface DonutProps {
  label: string;
  slices: readonly DonutSlice[];
  /** Figure and unit in the middle. */
  center?: { value: string; unit: string };
  size?: number;
}

/** Parts of a whole, at most eight; the list beside it carries names, figures and shares. */
export default function DonutChart({ label, slices, center, size = 148 }: DonutProps) {
  const total = slices.reduce((sum, slice) => sum + slice.value, 0);
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
      <div className="relative shrink-0" style={{ width: size, height: size }}>
        <ResponsiveContainer width="100%" height="100%">
          <PieChart title={label}>
            <Pie
              data={slices as DonutSlice[]}
              dataKey="value"
              nameKey="label"
              innerRadius="68%"
              outerRadius="100%"
              stroke="var(--card)"
              strokeWidth={2}
              startAngle={90}
              endAngle={-270}
              isAnimationActive={false}
            >
              {slices.map((slice) => (
                <Cell key={slice.label} fill={colorOf(slice.color)} />
              ))}
            </Pie>
            <Tooltip
              isAnimationActive={false}
              content={({ active, payload }) => {
                const name = payload[0]?.name;
                const slice = active === true ? slices.find((one) => one.label === name) : undefined;
                return slice ? (
                  <ChartTooltip title={label} rows={[{ label: slice.label, color: colorOf(slice.color), value: slice.value }]} />
                ) : null;
              }}
            />
          </PieChart>
        </ResponsiveContainer>
        {center && (
          <div className="pointer-events-none absolute inset-0 flex flex-col items-center justify-center">
            <span className="text-lg font-semibold tabular-nums">{center.value}</span>
            <span className="text-xs text-muted-foreground">{center.unit}</span>
          </div>
        )}
      </div>
      <dl className="grid min-w-40 flex-1 grid-cols-[auto_1fr_auto_auto] items-center gap-x-3 gap-y-1.5 text-sm">
        {slices.map((slice) => (
          <div key={slice.label} className="contents">
            <span aria-hidden className="size-2.5 rounded-[3px]" style={{ background: colorOf(slice.color) }} />
            <dt className="truncate">{slice.label}</dt>
            <dd className="text-right tabular-nums">{formatCount(slice.value)}</dd>
            <dd className="w-12 text-right text-muted-foreground tabular-nums">{formatShare(slice.value, total)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
