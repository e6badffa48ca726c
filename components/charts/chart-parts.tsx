"use client";

import { formatCount } from "./format";
import { colorOf, type ChartSeries } from "./types";

/** Colour key of the series; the names stand beside the colours, so nothing is told by colour alone. */
export function ChartLegend({ series }: { series: readonly ChartSeries[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      {series.map((one) => (
        <li key={one.key} className="flex items-center gap-1.5">
          <span aria-hidden className="size-2.5 rounded-[3px]" style={{ background: colorOf(one.color) }} />
          {one.label}
        </li>
      ))}
    </ul>
  );
}

/** Tooltip with aligned figures. */
export function ChartTooltip({ title, rows }: { title: string; rows: readonly { label: string; color: string; value: number }[] }) {
  return (
    <div className="min-w-36 rounded-md border bg-popover px-3 py-2 text-xs text-popover-foreground shadow-md">
      <div className="mb-1 font-medium">{title}</div>
      <dl className="grid grid-cols-[auto_1fr_auto] items-center gap-x-2 gap-y-0.5">
        {rows.map((row) => (
          <div key={row.label} className="contents">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: row.color }} />
            <dt className="text-muted-foreground">{row.label}</dt>
            <dd className="text-right tabular-nums">{formatCount(row.value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
