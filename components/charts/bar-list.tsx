import type { ReactNode } from "react";
import { formatCount, formatShare } from "./format";
import { colorOf, type ChartColor } from "./types";

export interface BarListItem {
  key: string;
  label: ReactNode;
  value: number;
}

/** A ranking: name, bar, figure and share of `total`. Text, so it needs no twin. */
export function BarList({
  items,
  total,
  color = 1,
  label,
}: {
  items: readonly BarListItem[];
  total: number;
  color?: ChartColor;
  label: string;
}) {
  const max = Math.max(1, ...items.map((item) => item.value));
  return (
    <ol aria-label={label} className="flex flex-col gap-1">
      {items.map((item) => (
        <li key={item.key} className="relative grid grid-cols-[1fr_auto_3.5rem] items-center gap-3 rounded-sm px-2 py-1 text-sm">
          <span
            aria-hidden
            className="absolute inset-y-0 left-0 rounded-sm opacity-15"
            style={{ width: `${Math.max(0.5, (100 * item.value) / max)}%`, background: colorOf(color) }}
          />
          <span className="relative min-w-0 truncate">{item.label}</span>
          <span className="relative tabular-nums">{formatCount(item.value)}</span>
          <span className="relative text-right text-xs text-muted-foreground tabular-nums">{formatShare(item.value, total)}</span>
        </li>
      ))}
    </ol>
  );
}
