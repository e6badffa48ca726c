"use client";

import { ChartFigure, formatCount, formatShare } from "@/components/charts";
import { Time } from "@/components/layout/time";
import type { Overlap } from "@/domain/segments/contracts";

/** What a pair shares; a segment with itself is the whole of it. */
function sharedIn(overlap: Overlap): (a: string, b: string) => number {
  const pairs = new Map(overlap.pairs.map((pair) => [`${pair.a} ${pair.b}`, pair.both]));
  const sizes = new Map(overlap.segments.map((one) => [one.id, one.size]));
  return (a, b) => (a === b ? (sizes.get(a) ?? 0) : (pairs.get(`${a} ${b}`) ?? pairs.get(`${b} ${a}`) ?? 0));
}

/** Every segment against every other: how many they share, and which part of the row's segment that is. */
export function OverlapMatrix({ overlap }: { overlap: Overlap }) {
  const { segments, pairs, asOf } = overlap;
  const shared = sharedIn(overlap);
  const name = new Map(segments.map((one) => [one.id, one.name]));
  const size = new Map(segments.map((one) => [one.id, one.size]));
  const most = pairs.toSorted((a, b) => b.both - a.both)[0];
  return (
    <ChartFigure
      title="Pairs"
      summary={
        !most || most.both === 0
          ? "No two of these segments share anybody."
          : `The largest overlap: ${name.get(most.a)} and ${name.get(most.b)} share ${formatCount(most.both)} people.`
      }
      rows={pairs}
      columns={[
        { label: "Segments", value: (row) => `${name.get(row.a)} and ${name.get(row.b)}` },
        { label: "In both", value: (row) => row.both },
        { label: "Of the first", value: (row) => formatShare(row.both, size.get(row.a) ?? 0) },
        { label: "Of the second", value: (row) => formatShare(row.both, size.get(row.b) ?? 0) },
      ]}
      fileName="segment-overlap-pairs"
      note={
        <>
          People in both. The share and the shade tell which part of the row’s segment is in the column’s. Exact, as of <Time iso={asOf} />
        </>
      }
    >
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Matrix of overlaps">
        <table className="border-separate border-spacing-0.5 text-sm">
          <caption className="sr-only">People whom two segments share, and which part of the row’s segment that is</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">Segment</span>
              </th>
              {segments.map((one, i) => (
                <th
                  key={one.id}
                  scope="col"
                  abbr={one.name}
                  title={one.name}
                  className="min-w-18 px-1 pb-1 text-center text-xs font-medium text-muted-foreground"
                >
                  <span aria-hidden>{i + 1}</span>
                  <span className="sr-only">{one.name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {segments.map((row, i) => (
              <tr key={row.id}>
                <th scope="row" title={row.name} className="max-w-36 min-w-28 truncate pr-2 text-left font-normal sm:max-w-64">
                  {i + 1}. {row.name}
                </th>
                {segments.map((column) => {
                  const both = shared(row.id, column.id);
                  const part = row.size === 0 ? 0 : both / row.size;
                  const own = row.id === column.id;
                  return (
                    <td
                      key={column.id}
                      className="h-11 rounded-sm px-1.5 text-center tabular-nums"
                      style={{
                        background: own
                          ? "var(--muted)"
                          : `color-mix(in oklch, var(--chart-1) ${Math.round((part === 0 ? 0 : 6) + 26 * part)}%, transparent)`,
                      }}
                    >
                      <span className={own ? "text-muted-foreground" : "font-medium"}>{formatCount(both)}</span>
                      {/* In full colour: the shade behind it leaves muted text too little contrast. */}
                      {!own && <span className="block text-xs">{formatShare(both, row.size)}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartFigure>
  );
}
