export { ChartFigure, type ChartColumn, type ChartFigureProps } from "./chart-figure";
export { AreaSeries, BarSeries, Donut, Lines } from "./lazy";
export { BarList, type BarListItem } from "./bar-list";
export { FlowChart } from "./flow-chart";
export { Sparkline } from "./sparkline";
export { toCsv } from "./csv";
export { saveFile } from "./export-image";
export { formatBucket, formatCount, formatShare, formatShort } from "./format";
export type { ChartColor, ChartSeries, TimeBucket, TimeRow } from "./types";
