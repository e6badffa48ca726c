import { BarList, formatCount, formatShare } from "@/components/charts";
import type { TraitStats } from "@/domain/segments/computed/contracts";
import { numberText } from "./trait-value";

/** How many people have a value, and how the values are spread. */
export function Spread({ stats, label }: { stats: TraitStats; label: string }) {
  const { numbers, top, people, withValue } = stats;
  return (
    <div className="grid gap-3">
      <div>
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-2xl font-semibold tracking-tight tabular-nums">{formatCount(withValue)}</span>
          <span className="text-sm text-muted-foreground">
            of {formatCount(people)} people have a value ({formatShare(withValue, people)})
          </span>
        </p>
        <div aria-hidden className="mt-1.5 h-1.5 rounded-full bg-secondary">
          <div
            className="h-full rounded-full bg-chart-1"
            style={{ width: `${people === 0 ? 0 : Math.max(withValue > 0 ? 0.7 : 0, (100 * withValue) / people)}%` }}
          />
        </div>
      </div>
      {numbers && <Histogram numbers={numbers} label={label} />}
      {top.length > 0 && (
        <BarList
          label={`Most frequent values of ${label}`}
          items={top.map(({ value, n }) => ({ key: value, label: value, value: n }))}
          total={withValue}
        />
      )}
    </div>
  );
}

type Numbers = NonNullable<TraitStats["numbers"]>;

function Histogram({ numbers, label }: { numbers: Numbers; label: string }) {
  const { low, high, to, average, middle, bars } = numbers;
  const most = Math.max(1, ...bars);
  const width = (to - low) / bars.length;
  const range = (i: number): string =>
    low === high
      ? numberText(low)
      : i === bars.length - 1 && to < high
        ? `${numberText(low + i * width)} and more`
        : `${numberText(low + i * width)} to ${numberText(low + (i + 1) * width)}`;
  const shown = low === high ? [bars.reduce((sum, n) => sum + n, 0)] : bars;
  return (
    <figure className="grid gap-1.5">
      <div aria-hidden className="flex h-24 items-end gap-0.5">
        {shown.map((n, i) => (
          <div
            // A bar has no identity but its place.
            // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
            key={i}
            title={`${range(i)}: ${formatCount(n)} people`}
            className="min-w-0 flex-1 rounded-t-sm bg-chart-1"
            style={{ height: n === 0 ? 0 : `${Math.max(2, (100 * n) / most)}%` }}
          />
        ))}
      </div>
      <div aria-hidden className="flex justify-between border-t pt-1 text-xs text-muted-foreground tabular-nums">
        <span>{numberText(low)}</span>
        <span>{to < high ? `${numberText(to)} and more` : numberText(high)}</span>
      </div>
      <figcaption className="text-xs text-muted-foreground">
        Average <span className="font-medium text-foreground tabular-nums">{numberText(average)}</span>, median{" "}
        <span className="font-medium text-foreground tabular-nums">{numberText(middle)}</span>, from {numberText(low)} to {numberText(high)}
      </figcaption>
      <details className="text-xs">
        <summary className="cursor-pointer text-muted-foreground hover:text-foreground">As a table</summary>
        <table className="mt-1 w-full tabular-nums">
          <caption className="sr-only">People by {label}</caption>
          <thead>
            <tr className="text-left text-muted-foreground">
              <th scope="col" className="font-normal">
                Value
              </th>
              <th scope="col" className="text-right font-normal">
                People
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((n, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
              <tr key={i}>
                <td>{range(i)}</td>
                <td className="text-right">{formatCount(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** The same in a line of a table: small bars, or the most frequent value. */
export function SmallSpread({ stats }: { stats: TraitStats | null }) {
  if (!stats || stats.withValue === 0) return <span className="text-muted-foreground">–</span>;
  const { numbers, top, withValue } = stats;
  if (numbers) {
    const most = Math.max(1, ...numbers.bars);
    return (
      <span className="grid gap-0.5">
        <span aria-hidden className="flex h-5 w-24 items-end gap-px">
          {numbers.bars.map((n, i) => (
            // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
            <span key={i} className="flex-1 bg-chart-1" style={{ height: n === 0 ? 0 : `${Math.max(6, (100 * n) / most)}%` }} />
          ))}
        </span>
        <span className="text-xs whitespace-nowrap text-muted-foreground">
          median {numberText(numbers.middle)}, to {numberText(numbers.high)}
        </span>
      </span>
    );
  }
  const [first] = top;
  return (
    <span className="grid max-w-40">
      <span className="truncate text-sm">{first?.value ?? "–"}</span>
      <span className="text-xs text-muted-foreground">{first ? `most frequent, ${formatShare(first.n, withValue)}` : ""}</span>
    </span>
  );
}
