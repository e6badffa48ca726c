"use client";

import { useQuery } from "@tanstack/react-query";
import { Download, Ruler } from "lucide-react";
import { useState } from "react";
import { saveFile, toCsv } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REPORT_MODEL_LABELS, type AttributionReport, type ReportDimension, type ReportPart } from "@/domain/attribution/model";
import type { IntervalsReport } from "@/domain/attribution/schemas";
import { ChannelSheet } from "./channel-sheet";
import { fetchReport } from "./queries";
import { DIMENSIONS } from "./report-controls";
import type { ReportState } from "./use-question";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** Every row with its credit under each model; what nobody is credited with stands below, and the columns add up. */
export function CreditTable({ report, by, state }: { report: AttributionReport; by: ReportDimension; state: ReportState }) {
  const [explained, setExplained] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [model] = report.models;
  const question = { ...state, models: null, model: model ?? "linear" };
  const intervals = useQuery({
    queryKey: ["intervals", question],
    queryFn: ({ signal }) => fetchReport<IntervalsReport>("intervals", question, signal),
    enabled: asked,
    retry: false,
  });
  const intervalOf = (name: string): string | null => {
    const row = asked ? intervals.data?.rows.find((one) => one.name === name) : undefined;
    return row === undefined ? null : `${formatMoney(row.low, currency)} to ${formatMoney(row.high, currency)}`;
  };
  const { models, rows, unattributed, restricted, erased, total, currency } = report;
  const withSpend = rows.some((row) => row.spend !== null);
  const inflated = models.includes("participation");
  const download = (): void => {
    const header = [
      DIMENSIONS[by],
      "Touches",
      ...(withSpend ? [`Spend (${currency})`] : []),
      ...models.flatMap((model) => [
        `${REPORT_MODEL_LABELS[model].name}: conversions`,
        `${REPORT_MODEL_LABELS[model].name}: value (${currency})`,
      ]),
    ];
    const lines = rows.map((row) => [
      row.name,
      row.touches,
      ...(withSpend ? [row.spend ?? 0] : []),
      ...row.credits.flatMap(({ conversions, value }) => [conversions, value]),
    ]);
    const rest = [["Unattributed", unattributed] as const, ["Restricted", restricted] as const, ["Erased", erased] as const].map(
      ([name, part]) => [name, "", ...(withSpend ? [""] : []), ...models.flatMap(() => [part.conversions, part.value])],
    );
    saveFile(new Blob([toCsv(header, [...lines, ...rest])], { type: "text/csv;charset=utf-8" }), `attribution-${by}.csv`);
  };
  return (
    <section aria-labelledby="credit-table" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="credit-table" className="text-sm font-medium">
          Credit by {DIMENSIONS[by].toLowerCase()}
        </h2>
        <div className="flex flex-wrap gap-1 print:hidden">
          <Button variant="ghost" size="sm" aria-pressed={asked} pending={intervals.isFetching} onClick={() => setAsked(!asked)}>
            <Ruler aria-hidden />
            {asked ? "Hide intervals" : "Show intervals"}
          </Button>
          <Button variant="ghost" size="sm" onClick={download}>
            <Download aria-hidden />
            CSV
          </Button>
        </div>
      </div>
      {asked && intervals.error ? (
        <p role="alert" className="text-sm text-destructive-text">
          {intervals.error.message}
        </p>
      ) : null}
      {asked && intervals.data ? (
        <p role="status" className="text-xs text-muted-foreground">
          {`95 % intervals of the value by ${REPORT_MODEL_LABELS[intervals.data.model].name}: ${intervals.data.draws} draws of people, seed ${intervals.data.seed}.`}
        </p>
      ) : null}
      <Table aria-label={`Credit by ${DIMENSIONS[by].toLowerCase()}`}>
        <TableHeader>
          <TableRow>
            <TableHead scope="col" rowSpan={2}>
              {DIMENSIONS[by]}
            </TableHead>
            <TableHead scope="col" rowSpan={2} className="text-right">
              Touches
            </TableHead>
            {withSpend ? (
              <TableHead scope="col" rowSpan={2} className="text-right">
                Spend
              </TableHead>
            ) : null}
            {models.map((model) => (
              <TableHead
                key={model}
                scope="colgroup"
                colSpan={withSpend ? 3 : 2}
                className="border-l text-center"
                title={REPORT_MODEL_LABELS[model].meaning}
              >
                {REPORT_MODEL_LABELS[model].name}
              </TableHead>
            ))}
          </TableRow>
          <TableRow>
            {models.map((model) => [
              <TableHead key={`${model} c`} scope="col" className="border-l text-right">
                Conversions
              </TableHead>,
              <TableHead key={`${model} v`} scope="col" className="text-right">
                Value
              </TableHead>,
              withSpend ? (
                <TableHead key={`${model} r`} scope="col" className="text-right">
                  Return
                </TableHead>
              ) : null,
            ])}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.name}>
              <TableHead scope="row" className="max-w-64 truncate font-normal" title={row.name}>
                {row.credits.some(({ conversions }) => conversions > 0) && !row.name.startsWith("Small numbers (") ? (
                  <button
                    type="button"
                    className="max-w-full truncate rounded-sm underline-offset-4 hover:underline focus-visible:outline-2 focus-visible:outline-ring"
                    onClick={() => setExplained(row.name)}
                  >
                    {row.name}
                    <span className="sr-only">: explain its credit</span>
                  </button>
                ) : (
                  row.name
                )}
              </TableHead>
              <Figure>{number.format(row.touches)}</Figure>
              {withSpend ? <Figure>{row.spend === 0 || row.spend === null ? "–" : formatMoney(row.spend, currency)}</Figure> : null}
              {row.credits.map(({ conversions, value }, i) => [
                <Figure key={`${models[i]} c`} first>
                  {number.format(conversions)}
                </Figure>,
                <Figure key={`${models[i]} v`}>
                  {formatMoney(value, currency)}
                  {i > 0 ? <Delta value={value} base={row.credits[0]?.value ?? 0} /> : null}
                  {i === 0 && intervalOf(row.name) !== null ? (
                    <span className="block text-xs text-muted-foreground">{intervalOf(row.name)}</span>
                  ) : null}
                </Figure>,
                withSpend ? (
                  <Figure key={`${models[i]} r`}>{row.spend !== null && row.spend > 0 ? (value / row.spend).toFixed(2) : "–"}</Figure>
                ) : null,
              ])}
            </TableRow>
          ))}
          <Rest name="Unattributed" part={unattributed} report={report} withSpend={withSpend} />
          <Rest name="Restricted" part={restricted} report={report} withSpend={withSpend} />
          {erased.conversions > 0 || erased.hidden === true ? (
            <Rest name="Erased" part={erased} report={report} withSpend={withSpend} />
          ) : null}
          <Rest name="Total" part={total} report={report} withSpend={withSpend} strong />
        </TableBody>
      </Table>
      {inflated ? (
        <p className="text-xs text-muted-foreground">
          Participation gives every channel of a path the whole conversion: its column is more than the total.
        </p>
      ) : null}
      {explained === null ? null : <ChannelSheet name={explained} state={state} models={models} onClose={() => setExplained(null)} />}
    </section>
  );
}

function Figure({ children, first }: { children: React.ReactNode; first?: boolean }) {
  return <TableCell className={`text-right whitespace-nowrap tabular-nums ${first === true ? "border-l" : ""}`}>{children}</TableCell>;
}

/** Difference to the first model, in per cent. */
function Delta({ value, base }: { value: number; base: number }) {
  if (base === 0) return null;
  const change = Math.round((value / base - 1) * 100);
  if (change === 0) return null;
  return <span className="ml-1.5 text-xs text-muted-foreground">{`${change > 0 ? "+" : "−"}${Math.abs(change)} %`}</span>;
}

function Rest({
  name,
  part,
  report,
  withSpend,
  strong,
}: {
  name: string;
  part: ReportPart;
  report: AttributionReport;
  withSpend: boolean;
  strong?: boolean;
}) {
  return (
    <TableRow className={strong === true ? "font-medium" : "text-muted-foreground"}>
      <TableHead scope="row" className={strong === true ? "font-medium" : "font-normal"}>
        {name}
      </TableHead>
      <Figure>{""}</Figure>
      {withSpend ? <Figure>{""}</Figure> : null}
      {report.models.map((model) => [
        <Figure key={`${model} c`} first>
          {part.hidden === true ? "few" : number.format(part.conversions)}
        </Figure>,
        <Figure key={`${model} v`}>{part.hidden === true ? "in small numbers" : formatMoney(part.value, report.currency)}</Figure>,
        withSpend ? <Figure key={`${model} r`}>{""}</Figure> : null,
      ])}
    </TableRow>
  );
}
