"use client";

import { ChartFigure, formatCount, formatShare } from "@/components/charts";
import { cn } from "@/components/ui/cn";
import type { Combination, Overlap } from "@/domain/segments/contracts";

const BAR = 128;

/** UpSet chart: a column for each combination that somebody is in exactly, the largest first. */
export function OverlapUpset({ overlap }: { overlap: Overlap }) {
  const { segments, combinations, rest } = overlap;
  const names = new Map(segments.map((one) => [one.id, one.name]));
  const union = combinations.reduce((sum, { size }) => sum + size, rest.size);
  const several = combinations.filter(({ ids }) => ids.length > 1).reduce((sum, { size }) => sum + size, 0);
  const words = ({ ids }: Combination): string => ids.map((id) => names.get(id) ?? id).join(" and ");
  return (
    <ChartFigure
      title="Combinations"
      summary={
        union === 0
          ? "Nobody is in any of these segments."
          : `${formatCount(union)} people are in at least one; ${formatCount(several)}${rest.size > 0 ? " or more" : ""} of them in several.`
      }
      rows={combinations}
      columns={[
        { label: "In exactly", value: words },
        { label: "Segments", value: (row) => row.ids.length },
        { label: "People", value: (row) => row.size },
        { label: "Share", value: (row) => formatShare(row.size, union) },
      ]}
      fileName="segment-overlap-combinations"
      empty={<p className="py-10 text-center text-sm text-muted-foreground">Nobody is in any of these segments.</p>}
      note={
        rest.combinations > 0
          ? `The ${combinations.length} largest; ${formatCount(rest.combinations)} smaller ones hold ${formatCount(rest.size)} people.`
          : "Everybody stands in one column: the combination of all segments that they are in."
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Chart of combinations">
        <div
          className="grid w-max grid-cols-[8.5rem_auto] gap-x-2 sm:grid-cols-[16rem_auto] sm:gap-x-3"
          role="img"
          aria-label="Combinations of segments; the table has the figures"
        >
          <div />
          <Bars combinations={combinations} words={words} />
          <div>
            {segments.map((one, i) => (
              <div
                key={one.id}
                className={cn("flex h-7 items-center justify-between gap-2 rounded-l-sm px-1.5 text-xs", i % 2 === 0 && "bg-muted")}
              >
                <span className="min-w-0 truncate">{one.name}</span>
                <span className="text-muted-foreground tabular-nums">{formatCount(one.size)}</span>
              </div>
            ))}
          </div>
          <Dots overlap={overlap} />
        </div>
      </div>
    </ChartFigure>
  );
}

function Bars({ combinations, words }: { combinations: readonly Combination[]; words: (one: Combination) => string }) {
  const max = Math.max(1, ...combinations.map(({ size }) => size));
  return (
    <div className="flex items-end gap-1 pb-1" style={{ height: BAR + 28 }}>
      {combinations.map((one) => (
        <div key={one.ids.join()} className="flex w-10 flex-col items-center justify-end" title={`${words(one)}: ${formatCount(one.size)}`}>
          <span className="text-[0.6875rem] tabular-nums">{short(one.size)}</span>
          <span className="w-6 rounded-t-sm bg-chart-1" style={{ height: Math.max(2, (BAR * one.size) / max) }} />
        </div>
      ))}
    </div>
  );
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const short = (n: number): string => (n < 10_000 ? formatCount(n) : compact.format(n));

function Dots({ overlap: { segments, combinations } }: { overlap: Overlap }) {
  return (
    <div>
      {segments.map((segment, i) => (
        <div key={segment.id} className={cn("flex h-7 items-center gap-1", i % 2 === 0 && "bg-muted")}>
          {combinations.map((one) => {
            const on = one.ids.includes(segment.id);
            const places = segments.flatMap(({ id }, at) => (one.ids.includes(id) ? [at] : []));
            const joined = i >= Math.min(...places) && i < Math.max(...places);
            return (
              <span key={one.ids.join()} className="relative grid h-7 w-10 place-content-center">
                {joined && <span className="absolute top-1/2 left-1/2 z-10 h-7 w-0.5 -translate-x-1/2 bg-foreground" />}
                <span className={cn("relative z-20 size-2.5 rounded-full", on ? "bg-foreground" : "bg-border-strong opacity-60")} />
              </span>
            );
          })}
        </div>
      ))}
    </div>
  );
}
