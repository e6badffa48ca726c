"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { ChartFigure } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Card, CardContent } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import type { CohortRow, CohortsReport } from "@/domain/attribution/schemas";
import { fetchReport } from "./queries";
import { ReportBody } from "./report-frame";
import { useQuestion, type ReportChoices } from "./use-question";

const VIEWS = ["retention", "value"] as const;
const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0 });
const whole = new Intl.NumberFormat("en-GB");

/** People by the month of their first conversion: who came again, and what each has brought so far. */
export function CohortsScreen({ choices }: { choices: ReportChoices }) {
  const { state, set } = useQuestion(choices);
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("retention"));
  const question = { conversion: state.conversion };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["cohorts", question],
    queryFn: ({ signal }) => fetchReport<CohortsReport>("cohorts", question, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="grid max-w-lg gap-3 sm:grid-cols-2 print:hidden">
        <Field label="Conversion">
          <NativeSelect value={state.conversion} onChange={(event) => set({ conversion: event.target.value })}>
            {choices.conversions.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="Show">
          <NativeSelect value={view} onChange={(event) => void setView(event.target.value as (typeof VIEWS)[number])}>
            <option value="retention">Who came again, in %</option>
            <option value="value">Value per customer so far</option>
          </NativeSelect>
        </Field>
      </div>
      <ReportBody data={data} error={error} fetching={isFetching} retry={() => void refetch()}>
        {(report) => (
          <Card>
            <CardContent className="pt-4">
              <CohortFigure report={report} view={view} />
            </CardContent>
          </Card>
        )}
      </ReportBody>
    </div>
  );
}

function CohortFigure({ report, view }: { report: CohortsReport; view: (typeof VIEWS)[number] }) {
  const rows = report.rows.filter(({ people }) => people !== 0);
  const columns = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const amount = (row: CohortRow, age: number): number | null => {
    const cell = row.cells[age];
    if (cell === undefined || cell === null || row.people === null || row.people === 0) return null;
    return view === "retention" ? cell.people / row.people : cell.value / row.people;
  };
  // The month of the first conversion is 100 % by its meaning: it would drown the others.
  const most = Math.max(
    0,
    ...rows.flatMap((row) => row.cells.map((_, age) => (view === "retention" && age === 0 ? 0 : (amount(row, age) ?? 0)))),
  );
  const text = (n: number | null): string => (n === null ? "" : view === "retention" ? percent.format(n) : formatMoney(n, report.currency));
  const seconds = rows.map((row) => amount(row, 1)).filter((n) => n !== null);
  const mean = seconds.reduce((sum, n) => sum + n, 0) / (seconds.length || 1);
  return (
    <ChartFigure
      title={view === "retention" ? "Who came again" : "Value per customer so far"}
      summary={
        seconds.length === 0
          ? "No cohort is old enough yet, or large enough to show."
          : view === "retention"
            ? `In the month after the first, ${percent.format(mean)} of a cohort convert again on average.`
            : `After the second month a customer has brought ${formatMoney(mean, report.currency)} on average.`
      }
      rows={rows}
      columns={[
        { label: "First conversion", value: ({ month }) => month },
        { label: "People", value: ({ people }) => people ?? "few" },
        ...Array.from({ length: columns }, (_, age) => ({
          label: `Month ${age}`,
          value: (row: CohortRow) => text(amount(row, age)),
          raw: (row: CohortRow) => amount(row, age) ?? "",
        })),
      ]}
      fileName={`cohorts-${view}`}
      empty={<p className="text-sm text-muted-foreground">Nobody converted for the first time in these months.</p>}
      note={`${report.hidden > 0 ? "Cells of few people are not shown. " : ""}${report.conversion.name}, calendar months in ${report.timezone}, in ${report.currency}; the last month is not over. As of ${new Date(report.asOf).toLocaleString("en-GB")}.`}
    >
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Cohorts, table">
        <table className="w-full border-separate border-spacing-0.5 text-xs tabular-nums">
          <thead className="text-muted-foreground">
            <tr>
              <th scope="col" className="px-2 py-1 text-left font-medium">
                First
              </th>
              <th scope="col" className="px-2 py-1 text-right font-medium">
                People
              </th>
              {Array.from({ length: columns }, (_, age) => (
                // Ages are their own names.
                // oxlint-disable-next-line react/no-array-index-key
                <th key={age} scope="col" className="px-2 py-1 text-right font-medium">
                  {age}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.month}>
                <th scope="row" className="px-2 py-1 text-left font-normal whitespace-nowrap">
                  {row.month}
                </th>
                <td className="px-2 py-1 text-right">{row.people === null ? "few" : whole.format(row.people)}</td>
                {row.cells.map((_, age) => {
                  const n = amount(row, age);
                  const strength = n === null || most === 0 ? 0 : Math.min(1, n / most);
                  return (
                    <td
                      // As above.
                      // oxlint-disable-next-line react/no-array-index-key
                      key={age}
                      className="rounded-sm px-2 py-1 text-right whitespace-nowrap"
                      style={{ background: `color-mix(in oklch, var(--chart-1) ${Math.round(strength * 32)}%, transparent)` }}
                    >
                      {text(n)}
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
