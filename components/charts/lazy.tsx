"use client";

import dynamic from "next/dynamic";
import type { DonutProps } from "./donut-chart";
import type { LineChartProps } from "./line-chart";
import type { TimeChartProps } from "./time-chart";

// recharts weighs 111 KB: it is loaded where a chart is drawn, and its room is kept free meanwhile.
const Waiting = () => <div aria-hidden className="h-60 w-full animate-pulse rounded-md bg-muted" />;
const TimeChart = dynamic(() => import("./time-chart"), { ssr: false, loading: Waiting });
const LineChart = dynamic(() => import("./line-chart"), { ssr: false, loading: Waiting });
const DonutChart = dynamic(() => import("./donut-chart"), {
  ssr: false,
  loading: () => <div aria-hidden className="h-36 w-full animate-pulse rounded-md bg-muted" />,
});

/** Areas over time, stacked or over each other. */
export const AreaSeries = (props: TimeChartProps) => <TimeChart kind="area" {...props} />;
/** Bars over time, stacked or side by side. */
export const BarSeries = (props: TimeChartProps) => <TimeChart kind="bar" {...props} />;
/** Parts of a whole. */
export const Donut = (props: DonutProps) => <DonutChart {...props} />;
/** Lines with an optional interval, over anything. */
export const Lines = (props: LineChartProps) => <LineChart {...props} />;
