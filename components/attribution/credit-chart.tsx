"use client";

import { ChartFigure } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { REPORT_MODEL_LABELS, type AttributionReport, type ReportDimension } from "@/domain/attribution/model";

const MOST_ROWS = 12;
/** Shapes beside colours: models are told apart without them. */
const MARKS = ["rounded-full", "rotate-45 rounded-[2px]", "rounded-[2px]"] as const;

/** A dumbbell per row: each model's credit as a mark on one line, so that the difference is the distance. */
export function CreditChart({ report, by }: { report: AttributionReport; by: ReportDimension }) {
  const { models, currency } = report;
  const rows = report.rows.filter((row) => row.credits.some(({ value }) => value > 0)).slice(0, MOST_ROWS);
  const most = Math.max(1, ...rows.flatMap((row) => row.credits.map(({ value }) => value)));
  const names = models.map((model) => REPORT_MODEL_LABELS[model].name);
  const widest = rows.toSorted((a, b) => spread(b.credits) - spread(a.credits))[0];
  const summary =
    models.length < 2 || widest === undefined
      ? `Value credited by ${names[0] ?? ""}: ${rows[0]?.name ?? "nothing"} comes first.`
      : `The models differ most about ${widest.name}: ${widest.credits.map(({ value }, i) => `${formatMoney(value, currency)} by ${names[i] ?? ""}`).join(", ")}.`;
  return (
    <ChartFigure
      title={`Value by ${by === "content" ? "ad or link" : by}`}
      summary={summary}
      rows={rows}
      columns={[
        { label: by === "channel" ? "Channel" : "Name", value: (row) => row.name },
        ...models.map((_, i) => ({
          label: names[i] ?? "",
          value: (row: (typeof rows)[number]) => formatMoney(row.credits[i]?.value ?? 0, currency),
          raw: (row: (typeof rows)[number]) => row.credits[i]?.value ?? 0,
        })),
      ]}
      fileName={`attribution-${by}`}
      empty={<p className="text-sm text-muted-foreground">No touch was met before these conversions.</p>}
      note={`${report.rows.length > rows.length ? `The ${rows.length} largest of ${report.rows.length}. ` : ""}In ${currency}.`}
    >
      <div className="grid gap-3">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground" aria-hidden>
          {names.map((name, i) => (
            <li key={name} className="flex items-center gap-1.5">
              <span className={`size-2.5 ${MARKS[i % 3] ?? ""}`} style={{ background: `var(--chart-${i + 1})` }} />
              {name}
            </li>
          ))}
        </ul>
        <ol className="grid gap-1" aria-label="Value by model">
          {rows.map((row) => {
            const places = row.credits.map(({ value }) => (value / most) * 100);
            return (
              <li key={row.name} className="grid grid-cols-[minmax(6rem,10rem)_minmax(0,1fr)] items-center gap-3 text-sm">
                <span className="truncate" title={row.name}>
                  {row.name}
                </span>
                <span className="relative h-6">
                  <span aria-hidden className="absolute inset-x-0 top-1/2 border-t border-dashed" />
                  <span
                    aria-hidden
                    className="absolute top-1/2 h-0.5 -translate-y-1/2 bg-muted-foreground/50"
                    style={{ left: `${Math.min(...places)}%`, width: `${Math.max(...places) - Math.min(...places)}%` }}
                  />
                  {places.map((place, i) => (
                    <span
                      key={names[i]}
                      aria-hidden
                      title={`${names[i] ?? ""}: ${formatMoney(row.credits[i]?.value ?? 0, currency)}`}
                      className={`absolute top-1/2 size-3 -translate-x-1/2 -translate-y-1/2 ring-2 ring-card ${MARKS[i % 3] ?? ""}`}
                      style={{ left: `${place}%`, background: `var(--chart-${i + 1})` }}
                    />
                  ))}
                  <span className="sr-only">
                    {row.credits.map(({ value }, i) => `${names[i] ?? ""}: ${formatMoney(value, currency)}`).join("; ")}
                  </span>
                </span>
              </li>
            );
          })}
        </ol>
      </div>
    </ChartFigure>
  );
}

function spread(credits: readonly { value: number }[]): number {
  const values = credits.map(({ value }) => value);
  return Math.max(...values) - Math.min(...values);
}
