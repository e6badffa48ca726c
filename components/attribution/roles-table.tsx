"use client";

import { ChartFigure, formatShare } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Card, CardContent } from "@/components/ui/card";
import type { PathsReport, RoleRow } from "@/domain/attribution/schemas";
import { frameText } from "./report-frame";

const PARTS = [
  { key: "initiated", label: "Begins", color: "var(--chart-1)" },
  { key: "assisted", label: "Assists", color: "var(--chart-2)" },
  { key: "closed", label: "Closes", color: "var(--chart-3)" },
  { key: "alone", label: "Alone", color: "var(--chart-8)" },
] as const;
const MOST_ROWS = 14;

/** Which channels begin, assist and close, as parts of what each was on. */
export function RolesTable({ report }: { report: PathsReport }) {
  const rows = report.roles.slice(0, MOST_ROWS);
  const best = (key: (typeof PARTS)[number]["key"]): string => rows.toSorted((a, b) => b[key] - a[key])[0]?.name ?? "nothing";
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title="Who begins, assists and closes"
          summary={
            rows.length === 0 ? "Too few conversions to show." : `${best("initiated")} begins most paths, ${best("closed")} closes most.`
          }
          rows={report.roles}
          columns={[
            { label: "Name", value: ({ name }) => name },
            ...PARTS.map(({ key, label }) => ({ label, value: (row: RoleRow) => row[key] })),
            { label: "Conversions", value: ({ paths }) => paths },
            { label: `Value (${report.currency})`, value: ({ value }) => formatMoney(value, report.currency), raw: ({ value }) => value },
          ]}
          fileName="channel-roles"
          empty={<p className="text-sm text-muted-foreground">Nothing that may be shown.</p>}
          note={`${report.hiddenRoles > 0 ? `${report.hiddenRoles} with small numbers are not shown. ` : ""}${frameText(report)}`}
        >
          <div className="grid gap-3">
            <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground" aria-hidden>
              {PARTS.map(({ key, label, color }) => (
                <li key={key} className="flex items-center gap-1.5">
                  <span className="size-2.5 rounded-[3px]" style={{ background: color }} />
                  {label}
                </li>
              ))}
            </ul>
            <ol className="grid gap-1.5" aria-label="Places on paths">
              {rows.map((row) => {
                const total = PARTS.reduce((sum, { key }) => sum + row[key], 0);
                return (
                  <li key={row.name} className="grid grid-cols-[minmax(6rem,11rem)_minmax(0,1fr)_4rem] items-center gap-3 text-sm">
                    <span className="truncate" title={row.name}>
                      {row.name}
                    </span>
                    <span aria-hidden className="flex h-4 gap-px overflow-hidden rounded-sm">
                      {PARTS.map(({ key, label, color }) => (
                        <span
                          key={key}
                          title={`${label}: ${formatShare(row[key], total)}`}
                          style={{ width: `${total === 0 ? 0 : (100 * row[key]) / total}%`, background: color }}
                        />
                      ))}
                    </span>
                    <span aria-hidden className="text-right text-xs text-muted-foreground tabular-nums">
                      {formatShare(row.paths, report.total.conversions)}
                    </span>
                    <span className="sr-only">
                      {PARTS.map(({ key, label }) => `${label} ${formatShare(row[key], total)}`).join(", ")}; on{" "}
                      {formatShare(row.paths, report.total.conversions)} of the conversions
                    </span>
                  </li>
                );
              })}
            </ol>
          </div>
        </ChartFigure>
      </CardContent>
    </Card>
  );
}
