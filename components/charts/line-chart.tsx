"use client";

import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { ChartLegend } from "./chart-parts";
import { colorOf, type ChartColor } from "./types";

type Row = Record<string, unknown>;

export interface LineChartProps {
  /** Names the drawing for assistive technology. */
  label: string;
  rows: readonly Row[];
  /** `numeric`: places by size, else one after the other. */
  x: { key: string; numeric: boolean; format: (value: never) => string };
  y: { format: (value: number) => string };
  lines: readonly { key: string; label: string; color: ChartColor; dashed?: boolean }[];
  /** An interval around a line: keys of its ends. */
  band?: { low: string; high: string; label: string; color: ChartColor };
  /** Single points on top, such as where spending stands today. */
  dots?: readonly { x: number; y: number; color: ChartColor; hollow?: boolean }[];
  /** A line across at 0. */
  zero?: boolean;
  /** Pixels. */
  height?: number;
}

const TICK = { fill: "var(--muted-foreground)", fontSize: 11 };

/** Lines with an optional interval; `ChartFigure` goes around it. */
export default function LineChart({ label, rows, x, y, lines, band, dots = [], zero = false, height = 260 }: LineChartProps) {
  const format = x.format as (value: unknown) => string;
  const data = band === undefined ? rows : rows.map((row) => ({ ...row, band: [row[band.low], row[band.high]] }));
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {lines.length > 1 ? <ChartLegend series={lines} /> : null}
      <div style={{ height }} className="min-w-0 [&_.recharts-surface]:outline-offset-2">
        <ResponsiveContainer width="100%" height="100%" minWidth={0}>
          <ComposedChart data={data as Row[]} margin={{ top: 6, right: 18, bottom: 0, left: 0 }} title={label}>
            <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
            <XAxis
              dataKey={x.key}
              {...(x.numeric ? { type: "number" as const, domain: ["dataMin", "dataMax"] as const } : {})}
              tickFormatter={format}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: "var(--border)" }}
              height={24}
              minTickGap={32}
            />
            <YAxis width={80} tickFormatter={y.format} tick={TICK} tickLine={false} axisLine={false} domain={["auto", "auto"]} />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: "var(--muted-foreground)", strokeDasharray: "3 3" }}
              content={({ active, label: at }) => {
                const row = active === true ? rows.find((one) => one[x.key] === at) : undefined;
                if (!row) return null;
                return (
                  <div className="min-w-36 rounded-md border bg-popover px-3 py-2 text-xs text-popover-foreground shadow-md">
                    <div className="mb-1 font-medium">{format(row[x.key])}</div>
                    <dl className="grid grid-cols-[auto_1fr_auto] items-center gap-x-2 gap-y-0.5">
                      {lines.map((line) => (
                        <div key={line.key} className="contents">
                          <span aria-hidden className="size-2 rounded-[2px]" style={{ background: colorOf(line.color) }} />
                          <dt className="text-muted-foreground">{line.label}</dt>
                          <dd className="text-right tabular-nums">{textOf(row[line.key], y.format)}</dd>
                        </div>
                      ))}
                      {band ? (
                        <div className="contents">
                          <span aria-hidden className="size-2 rounded-[2px] opacity-40" style={{ background: colorOf(band.color) }} />
                          <dt className="text-muted-foreground">{band.label}</dt>
                          <dd className="text-right tabular-nums">{`${textOf(row[band.low], y.format)} to ${textOf(row[band.high], y.format)}`}</dd>
                        </div>
                      ) : null}
                    </dl>
                  </div>
                );
              }}
            />
            {zero ? <ReferenceLine y={0} stroke="var(--muted-foreground)" /> : null}
            {band ? (
              <Area
                dataKey="band"
                stroke="none"
                fill={colorOf(band.color)}
                fillOpacity={0.18}
                isAnimationActive={false}
                activeDot={false}
              />
            ) : null}
            {lines.map((line) => (
              <Line
                key={line.key}
                dataKey={line.key}
                name={line.label}
                stroke={colorOf(line.color)}
                strokeWidth={1.75}
                {...(line.dashed === true ? { strokeDasharray: "5 4" } : {})}
                dot={rows.length === 1}
                isAnimationActive={false}
                activeDot={{ r: 3 }}
              />
            ))}
            {dots.map((dot) => (
              <ReferenceDot
                key={`${dot.x} ${dot.y} ${dot.color} ${dot.hollow === true}`}
                x={dot.x}
                y={dot.y}
                r={4}
                fill={dot.hollow === true ? "var(--card)" : colorOf(dot.color)}
                stroke={colorOf(dot.color)}
                strokeWidth={2}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

const textOf = (value: unknown, format: (value: number) => string): string => (typeof value === "number" ? format(value) : "open");
